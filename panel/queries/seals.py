"""Sealed sheets: what was sealed, as it stands in the store, beside what the audit trail says was sealed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from panel import tables
from panel.audit.seals import SealedSheet
from panel.language import _
from panel.rules.sheets import SheetState


@dataclass(frozen=True, slots=True)
class StoredSeal:
    """One submission: the sheet, its salt, the stored seal, and whether it is the one that stands now."""

    round_id: int
    sheet_id: int
    sheet: SealedSheet
    salt: bytes
    commitment: str
    standing: bool

    @property
    def subject(self) -> str:
        """How the audit trail names the sheet."""
        return f"{self.sheet.expert}/{self.sheet.application}"


def submissions(session: Session, round_id: int | None = None) -> list[StoredSeal]:
    """Every submission, all revisions; of one round or of all."""
    query = (
        select(tables.Submission, tables.Sheet, tables.Round.code)
        .join(tables.Sheet, col(tables.Sheet.id) == col(tables.Submission.sheet_id))
        .join(tables.Round, col(tables.Round.id) == col(tables.Sheet.round_id))
        .order_by(col(tables.Submission.id))
    )
    if round_id is not None:
        query = query.where(tables.Sheet.round_id == round_id)
    experts = dict(session.exec(select(tables.Expert.id, tables.Expert.number)).all())
    numbers = dict(session.exec(select(tables.Application.id, tables.Application.number)).all())
    return [
        StoredSeal(
            sheet.round_id,
            sheet.id,
            SealedSheet(
                code,
                numbers[sheet.application_id],
                experts[sheet.expert_id],
                sealed.revision,
                _items(sealed),
            ),
            bytes(sealed.salt),
            sealed.commitment,
            sheet.state == SheetState.SUBMITTED and sheet.revision == sealed.revision,
        )
        for sealed, sheet, code in session.exec(query)
    ]


def openings(session: Session, round_id: int) -> list[tuple[SealedSheet, bytes]]:
    """What is opened with a round: every sheet that was ever sealed in it, with its salt."""
    return [(seal.sheet, seal.salt) for seal in submissions(session, round_id)]


def scores(session: Session, sheet_ids: Iterable[int]) -> Mapping[int, dict[str, tuple[int | None, str]]]:
    """The score rows of these sheets, by unit."""
    wanted = list(sheet_ids)
    found: dict[int, dict[str, tuple[int | None, str]]] = {sheet_id: {} for sheet_id in wanted}
    for row in session.exec(select(tables.Score).where(col(tables.Score.sheet_id).in_(wanted))):
        found[row.sheet_id][row.unit] = (row.points, row.comment)
    return found


def unsealed(session: Session) -> Iterator[str]:
    """Sheets that claim to be submitted and have no submission of their revision."""
    rows = session.exec(
        select(tables.Expert.number, tables.Application.number)
        .join(tables.Sheet, col(tables.Sheet.expert_id) == col(tables.Expert.id))
        .join(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
        .join(
            tables.Submission,
            (col(tables.Submission.sheet_id) == col(tables.Sheet.id))
            & (col(tables.Submission.revision) == col(tables.Sheet.revision)),
            isouter=True,
        )
        .where(tables.Sheet.state == SheetState.SUBMITTED, col(tables.Submission.id).is_(None))
    )
    return (f"{expert}/{application}" for expert, application in rows)


def _items(sealed: tables.Submission) -> dict[str, tuple[int, str]]:
    try:
        return {unit: (item["points"], item["comment"]) for unit, item in json.loads(sealed.items).items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ValueError(_("第 {number} 号封存内容已不是评分表").format(number=sealed.id)) from None
