"""Files of material (申报材料) of a round: what was handed in, and which pages still want a review."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import seals
from panel.queries import applications, identities
from panel.rules.applications import Application, Material, Studio, Track
from panel.rules.criteria import Identity, Policy
from panel.rules.identities import names_of
from panel.rules.materials import FileKind, Look
from panel.rules.redactions import Box


@dataclass(frozen=True, slots=True)
class Review:
    """A page as it was reviewed; `current` while the words that tell who applies are the same."""

    version: int
    boxes: tuple[Box, ...]
    by: str
    at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class PageView:
    """One page of a file."""

    number: int
    width: int
    height: int
    look: Look | None
    review: Review | None

    @property
    def waiting(self) -> bool:
        """Whether it wants a review, where the track is a coded one."""
        return self.review is None or not self.review.current


@dataclass(frozen=True, slots=True)
class FileView:
    """One file of an application, with its pages."""

    id: int
    application: str
    place: int
    kind: FileKind
    material: Material | None
    title: str
    file_name: str
    digest: str
    size: int
    received_at: datetime
    pages: tuple[PageView, ...]

    @property
    def waiting(self) -> tuple[PageView, ...]:
        """The pages that want a review, where the track is a coded one."""
        return tuple(page for page in self.pages if page.waiting)


@dataclass(frozen=True, slots=True)
class Line:
    """One application in the list of material."""

    number: str
    track: Track
    unit: str
    title: str
    withdrawn: bool
    coded: bool
    files: int
    pages: int
    waiting: int
    """Pages that still want a review."""
    look: int
    """Those of them at which a person must look."""


@dataclass(frozen=True, slots=True)
class BatchView:
    """One upload."""

    id: int
    file_name: str
    digest: str
    size: int
    received_at: datetime
    settled_at: datetime | None
    taken: int
    problems: int

    @property
    def pending(self) -> bool:
        """Whether it waits to be taken over or dropped."""
        return self.settled_at is None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file of a waiting upload."""

    application: str
    file_name: str
    title: str
    material: Material | None
    pages: int
    size: int


def lines(session: Session, policy: Policy, round_id: int) -> list[Line]:
    """Every application of the round with what was handed in for it, by track and number."""
    rows = session.exec(
        select(tables.Application)
        .where(tables.Application.round_id == round_id)
        .order_by(tables.Application.number)
    ).all()
    coded = identities.judged_blind(session, policy, round_id)
    files = _files(session, {row.id: row for row in rows}, _words(coded))
    found = []
    order = list(Track)
    for row in sorted(rows, key=lambda one: order.index(Track(one.track))):
        own, blind = files[row.id], row.number in coded and not row.withdrawn
        waiting = [page for file in own for page in file.waiting] if blind else []
        found.append(
            Line(
                number=row.number,
                track=Track(row.track),
                unit=row.unit,
                title=row.title,
                withdrawn=row.withdrawn,
                coded=blind,
                files=len(own),
                pages=sum(len(file.pages) for file in own),
                waiting=len(waiting),
                look=sum(page.look is not None for page in waiting),
            )
        )
    return found


def of_application(session: Session, row: tables.Application, policy: Policy) -> list[FileView]:
    """The files of one application in their order, with the state of every page."""
    return _files(session, {row.id: row}, {row.number: words_of(session, row, policy)})[row.id]


def of_number(session: Session, policy: Policy, round_id: int, number: str) -> list[FileView]:
    """The files of the application of that number."""
    row = session.exec(
        select(tables.Application).where(
            tables.Application.round_id == round_id, tables.Application.number == number
        )
    ).one()
    return of_application(session, row, policy)


def one(
    session: Session, round_id: int, file_id: int
) -> tuple[tables.MaterialFile, tables.Application] | None:
    """A file of the round that is in, with its application."""
    found = session.exec(
        select(tables.MaterialFile, tables.Application)
        .join(tables.Application, col(tables.Application.id) == col(tables.MaterialFile.application_id))
        .where(tables.MaterialFile.id == file_id, tables.Application.round_id == round_id, *_IN)
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def page_rows(session: Session, file_id: int) -> list[tables.MaterialPage]:
    """The rows of a file's pages, in their order."""
    return list(
        session.exec(
            select(tables.MaterialPage)
            .where(tables.MaterialPage.file_id == file_id)
            .order_by(col(tables.MaterialPage.number))
        )
    )


def page_row(session: Session, file_id: int, number: int) -> tables.MaterialPage | None:
    """The row of one page."""
    return next((page for page in page_rows(session, file_id) if page.number == number), None)


def unreviewed(session: Session, policy: Policy, round_id: int) -> list[str]:
    """The applications of coded tracks of which a page has not been reviewed as it stands."""
    return [line.number for line in lines(session, policy, round_id) if line.waiting]


def is_coded(policy: Policy, row: tables.Application) -> bool:
    """Whether experts judge it without knowing whose it is."""
    return policy.track(Track(row.track)).identity is Identity.CODED


def plain(session: Session, row: tables.Application) -> tuple[Application, Studio | None]:
    """An application and its existing studio: all that can tell who applies."""
    application = applications.to_plain(session, [row])[0]
    return application, applications.studios(session, row.round_id).get(row.linked_studio)


def words_of(session: Session, row: tables.Application, policy: Policy) -> str:
    """The digest of what could tell who applies, as it is known now; nothing in a named track."""
    return words_digest(*plain(session, row)) if is_coded(policy, row) else ""


def words_digest(application: Application, studio: Studio | None) -> str:
    """The digest of the words that are sought in an application's material."""
    words: seals.Json = tuple(sorted(word for word, _kind in names_of(application, studio)))
    return seals.record_digest({"words": words})


def batches(session: Session, round_id: int) -> list[BatchView]:
    """What was uploaded, newest first."""
    rows = session.exec(
        select(tables.MaterialBatch)
        .where(tables.MaterialBatch.round_id == round_id)
        .order_by(col(tables.MaterialBatch.id).desc())
        .limit(100)
    )
    return [_batch(row) for row in rows]


def batch(session: Session, round_id: int, batch_id: int) -> tuple[BatchView, list[Incoming]] | None:
    """One upload with the files that wait in it."""
    row = session.get(tables.MaterialBatch, batch_id)
    if row is None or row.round_id != round_id:
        return None
    waiting = session.exec(
        select(tables.MaterialFile, tables.Application.number)
        .join(tables.Application, col(tables.Application.id) == col(tables.MaterialFile.application_id))
        .where(
            tables.MaterialFile.batch_id == batch_id,
            col(tables.MaterialFile.added_at).is_(None),
            col(tables.MaterialFile.removed_at).is_(None),
        )
        .order_by(tables.Application.number, col(tables.MaterialFile.place))
    )
    return _batch(row), [
        Incoming(number, file.file_name, file.title, _material(file), file.pages, file.size)
        for file, number in waiting
    ]


def newest(session: Session, page_ids: Iterable[int]) -> dict[int, tables.MaterialReview]:
    """The newest review of each of these pages."""
    rows = session.exec(
        select(tables.MaterialReview)
        .where(col(tables.MaterialReview.page_id).in_(list(page_ids)))
        .order_by(col(tables.MaterialReview.version))
    )
    return {row.page_id: row for row in rows}


def boxes(review: tables.MaterialReview) -> tuple[Box, ...]:
    """The boxes of a review."""
    return tuple(Box(*edges) for edges in json.loads(review.boxes))


_IN = (col(tables.MaterialFile.added_at).is_not(None), col(tables.MaterialFile.removed_at).is_(None))


def _words(coded: Mapping[str, tuple[Application, Studio | None]]) -> dict[str, str]:
    return {number: words_digest(*known) for number, known in coded.items()}


def _files(
    session: Session, rows: Mapping[int, tables.Application], words: Mapping[str, str]
) -> dict[int, list[FileView]]:
    files = session.exec(
        select(tables.MaterialFile)
        .where(col(tables.MaterialFile.application_id).in_(list(rows)), *_IN)
        .order_by(col(tables.MaterialFile.place))
    ).all()
    pages: dict[int, list[tables.MaterialPage]] = defaultdict(list)
    for page in session.exec(
        select(tables.MaterialPage)
        .where(col(tables.MaterialPage.file_id).in_([file.id for file in files]))
        .order_by(col(tables.MaterialPage.number))
    ):
        pages[page.file_id].append(page)
    reviews = newest(session, [page.id for several in pages.values() for page in several])
    found: dict[int, list[FileView]] = defaultdict(list)
    for file in files:
        number = rows[file.application_id].number
        found[file.application_id].append(_file(file, number, pages[file.id], reviews, words.get(number, "")))
    return found


def _file(
    row: tables.MaterialFile,
    number: str,
    pages: Sequence[tables.MaterialPage],
    reviews: Mapping[int, tables.MaterialReview],
    words: str,
) -> FileView:
    return FileView(
        id=row.id,
        application=number,
        place=row.place,
        kind=FileKind(row.kind),
        material=_material(row),
        title=row.title,
        file_name=row.file_name,
        digest=row.digest,
        size=row.size,
        received_at=row.added_at or row.received_at,
        pages=tuple(_page(page, reviews.get(page.id), words) for page in pages),
    )


def _page(row: tables.MaterialPage, review: tables.MaterialReview | None, words: str) -> PageView:
    look = Look(row.look) if row.look else None
    seen = None
    if review is not None:
        seen = Review(
            review.version, boxes(review), review.reviewed_by, review.reviewed_at, review.words == words
        )
    return PageView(row.number, row.width, row.height, look, seen)


def _material(row: tables.MaterialFile) -> Material | None:
    return Material(row.material) if row.material else None


def _batch(row: tables.MaterialBatch) -> BatchView:
    return BatchView(
        row.id,
        row.file_name,
        row.digest,
        row.size,
        row.received_at,
        row.settled_at,
        row.taken,
        row.problems,
    )
