"""Custody of material (申报材料的保管): the rows of files, pages and reviews against the trail."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import read, seals
from panel.audit.events import MaterialAdded, MaterialRemoved, MaterialReviewed
from panel.language import N_, _
from panel.queries.decisions import Difference


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was taken over, in or out by now, and what has to stand on the shelf for it."""

    index: int
    application: str
    file: int
    digest: str
    facts: str
    """The digest of what was read of it; nothing where the entry is from before it was recorded."""
    pages: tuple[tuple[int, int, str], ...]
    """Width, height and look of each page, as the store has them."""


def kept(session: Session) -> list[Kept]:
    """Every file that the trail says was taken over and whose row is there, in the order of the trail."""
    pages: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for page in session.exec(select(tables.MaterialPage).order_by(col(tables.MaterialPage.number))):
        pages[page.file_id].append((page.width, page.height, page.look))
    return [
        Kept(
            record.index,
            record.subject,
            record.data["file"],
            record.data["digest"],
            record.data.get("facts", ""),
            tuple(pages[record.data["file"]]),
        )
        for record in read.of_act(session, MaterialAdded.act)
    ]


def faults(session: Session) -> Iterator[Difference]:
    """Files put in, swapped or taken out past the trail, and reviews that are not as they were made."""
    yield from _files(session)
    yield from _reviews(session)


def _files(session: Session) -> Iterator[Difference]:
    rows = session.execute(
        select(tables.MaterialFile, tables.Application.number, tables.Application.round_id)
        .join(tables.Application, col(tables.Application.id) == col(tables.MaterialFile.application_id))
        .where(col(tables.MaterialFile.added_at).is_not(None))
        .order_by(col(tables.MaterialFile.id))
    ).all()
    added = {record.data["file"]: record for record in read.of_act(session, MaterialAdded.act)}
    removed = {record.data["file"]: record for record in read.of_act(session, MaterialRemoved.act)}
    for file, number, round_id in rows:
        record, out = added.pop(file.id, None), removed.pop(file.id, None)
        if record is None or not _as_added(file, number, round_id, record):
            what = N_("申报 {who} 的材料（文件 {file}）与收入时的记录不一致")
            yield _of_file(record.index if record else -1, what, number, file.id)
        if file.removed_at != (out.at if out else None):
            what = N_("申报 {who} 的材料（文件 {file}）是否已移除，与留痕记录不一致")
            yield _of_file(out.index if out else -1, what, number, file.id)
    for file_id, record in (added | removed).items():
        yield _of_file(record.index, N_("申报 {who} 的材料（文件 {file}）不见了"), record.subject, file_id)


def _as_added(file: tables.MaterialFile, number: str, round_id: int, record: read.Record) -> bool:
    data = record.data
    stored = (number, str(round_id), file.digest, file.pages, file.material, file.added_at)
    return stored == (
        record.subject,
        record.round_id,
        data["digest"],
        data["pages"],
        data.get("material", ""),
        record.at,
    )


def _reviews(session: Session) -> Iterator[Difference]:
    """Every entry of a review takes the next stored review of each of its pages; none is left over."""
    stored: dict[tuple[int, str], deque[tables.MaterialReview]] = defaultdict(deque)
    for row, file_id, number in session.execute(
        select(tables.MaterialReview, tables.MaterialPage.file_id, tables.MaterialPage.number)
        .join(tables.MaterialPage, col(tables.MaterialPage.id) == col(tables.MaterialReview.page_id))
        .order_by(col(tables.MaterialReview.version))
    ):
        stored[file_id, str(number)].append(row)
    for record in read.of_act(session, MaterialReviewed.act):
        file = record.data["file"]
        queues = {number: stored[file, number] for number in record.data["pages"]}
        rows = {number: queue.popleft() for number, queue in queues.items() if queue}
        if len(rows) < len(queues) or not _as_reviewed(rows, record):
            what = N_("申报 {who} 的材料（文件 {file}）的遮盖与审查时的记录不一致")
            yield _of_file(record.index, what, record.subject, file)
    for (file, number), rest in stored.items():
        if rest:
            what = _("材料文件 {file} 第 {page} 页有一次审查没有留痕记录").format(file=file, page=number)
            yield Difference(-1, what)


def _as_reviewed(rows: Mapping[str, tables.MaterialReview], record: read.Record) -> bool:
    edges: dict[str, seals.Json] = {number: json.loads(row.boxes) for number, row in rows.items()}
    made: set[tuple[str, datetime, str]] = {
        (row.reviewed_by, row.reviewed_at, row.words) for row in rows.values()
    }
    words = record.data.get("words")
    return record.data["digest"] == seals.record_digest(edges) and all(
        (by, at) == (record.actor, record.at) and found == (words or found) for by, at, found in made
    )


def _of_file(index: int, what: str, who: str, file: int) -> Difference:
    return Difference(index, _(what).format(who=who, file=file))
