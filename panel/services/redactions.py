"""Review of pages for blind judging (盲评审查): boxes confirmed, drawn or removed, each on record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from panel import tables
from panel.audit import seals
from panel.audit.events import MaterialReviewed
from panel.documents.pages import Leaves
from panel.errors import InvalidInput, NotFound, Problem, StaleVersion
from panel.language import _
from panel.queries import materials
from panel.rules.applications import Application, Studio
from panel.rules.permissions import Action
from panel.rules.redactions import MOST_BOXES, Box, Suggestion, suggestions, told
from panel.services.materials import shelf
from panel.services.office import Actor, Change, Office
from panel.services.rounds import locked


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was found in one file: words on its pages with their boxes, and words in what nobody is shown."""

    pages: Mapping[int, tuple[Suggestion, ...]]
    behind: tuple[str, ...]
    annotations: int
    attachments: int
    scripts: int

    def boxes(self, page: int) -> tuple[Box, ...]:
        """The boxes proposed on a page."""
        return tuple(box for found in self.pages[page] for box in found.boxes)


@dataclass(frozen=True, slots=True)
class _Held:
    """A file under review, held until this change ends."""

    round_id: int
    file: tables.MaterialFile
    application: tables.Application
    plain: Application
    studio: Studio | None
    words: str


def proposal(office: Office, round_id: int, file_id: int) -> Proposal:
    """What tells who applies in a file, as far as its text says it."""
    with office.reading() as session:
        found = materials.one(session, round_id, file_id)
        if found is None:
            raise NotFound("no such file in this round")
        file, row = found
        application, studio = materials.plain(session, row)
        digest, name = file.digest, file.title
    return _proposed(application, studio, name, shelf(office).leaves(digest))


def review(
    office: Office,
    actor: Actor,
    round_code: str,
    file_id: int,
    number: int,
    boxes: Sequence[Box],
    *,
    version: int,
) -> None:
    """Put a page on record as looked at, with these boxes, as it stood at `version` (0: never reviewed)."""
    _refuse_boxes(boxes)
    with office.change(actor, MaterialReviewed) as change:
        held = _held(office, change, round_code, file_id)
        page = materials.page_row(change.session, file_id, number)
        if page is None:
            raise NotFound("no such page")
        before = materials.newest(change.session, [page.id]).get(page.id)
        if (before.version if before else 0) != version:
            raise StaleVersion(_("有人同时审查了这一页。"))
        _record(change, held, [(page, tuple(boxes))], {page.id: version})


def review_rest(office: Office, actor: Actor, round_code: str, file_id: int) -> int:
    """Confirm, as proposed, every page that waits and whose text could be searched; how many they were."""
    with office.change(actor, MaterialReviewed) as change:
        held = _held(office, change, round_code, file_id)
        leaves = shelf(office).leaves(held.file.digest)
        found = _proposed(held.plain, held.studio, held.file.title, leaves)
        pages = [page for page in materials.page_rows(change.session, file_id) if not page.look]
        known = materials.newest(change.session, [page.id for page in pages])
        waiting = [
            (page, found.boxes(page.number))
            for page in pages
            if page.id not in known or known[page.id].words != held.words
        ]
        if not waiting:
            raise InvalidInput(Problem(_("材料"), "", _("没有可以一并确认的页面。")))
        _record(change, held, waiting, {page_id: row.version for page_id, row in known.items()})
        return len(waiting)


def _held(office: Office, change: Change, round_code: str, file_id: int) -> _Held:
    round_ = locked(change, round_code)
    change.permit(Action.REVIEW_MATERIAL, round_)
    found = materials.one(change.session, round_.id, file_id)
    if found is None or not materials.is_coded(office.policy_of(round_), found[1]):
        raise NotFound("no such file in a coded track of this round")
    application, studio = materials.plain(change.session, found[1])
    return _Held(round_.id, *found, application, studio, materials.words_digest(application, studio))


def _record(
    change: Change,
    held: _Held,
    pages: Iterable[tuple[tables.MaterialPage, Sequence[Box]]],
    versions: Mapping[int, int],
) -> None:
    """Write the reviews, and one entry for all of them."""
    said: dict[str, seals.Json] = {}
    count = 0
    for page, boxes in pages:
        edges: seals.Json = [list(box.edges) for box in boxes]
        count += len(boxes)
        said[str(page.number)] = edges
        change.session.add(
            tables.MaterialReview(
                page_id=page.id,
                version=versions.get(page.id, 0) + 1,
                boxes=json.dumps(edges),
                words=held.words,
                reviewed_by=change.actor.id,
                reviewed_at=change.now,
            )
        )
    change.record(
        MaterialReviewed(
            file=held.file.id,
            pages=tuple(said),
            boxes=count,
            digest=seals.record_digest(said),
            words=held.words,
        ),
        subject=held.application.number,
        round_id=held.round_id,
    )


def _proposed(application: Application, studio: Studio | None, name: str, leaves: Leaves) -> Proposal:
    pages = {
        number: suggestions(application, studio, page.text, page.places)
        for number, page in enumerate(leaves.pages, 1)
    }
    behind = told(application, studio, (name, *leaves.words.values()))
    return Proposal(pages, behind, leaves.annotations, leaves.attachments, leaves.scripts)


def _refuse_boxes(boxes: Sequence[Box]) -> None:
    if len(boxes) > MOST_BOXES:
        remedy = _("一页最多 {most} 处遮盖。请把相邻的合并成一处。").format(most=MOST_BOXES)
        raise InvalidInput(Problem(_("遮盖"), str(len(boxes)), remedy))
    if not all(box.sound for box in boxes):
        raise InvalidInput(Problem(_("遮盖"), "", _("有一处遮盖超出页面，或者太小。请改正后再确认。")))
