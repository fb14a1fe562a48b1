"""Who sits on the panel of a round (评审专家组成员), and the file of experts behind it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, func, select

from panel import tables
from panel.queries import experts
from panel.rules.experts import Expert
from panel.rules.sheets import SheetState


class AccountState(StrEnum):
    """How far an expert's account has come."""

    MISSING = "missing"
    NEW = "new"
    ISSUED = "issued"
    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class PanelistView:
    """One member; `draw` is the attempt that drew the expert, None for one who was selected by hand."""

    expert_id: int
    number: str
    name: str
    employer: str
    title: str
    specialities: tuple[str, ...]
    draw: int | None
    selected_because: str
    chair: bool
    absent: bool
    absent_because: str
    pledged_at: datetime | None
    undecided: int
    submitted: int
    unfinished: int


@dataclass(frozen=True, slots=True)
class SheetLine:
    """How far one sheet has come; from the second revision on it was given back once at least."""

    state: SheetState
    revision: int
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class PoolExpert:
    """One expert of the file with the account, and whether the expert is on the panel of the round."""

    id: int
    plain: Expert
    account_id: int | None
    login: str
    state: AccountState
    sessions: int
    on_panel: bool


def of_round(session: Session, round_id: int) -> list[PanelistView]:
    """Every member, in the order of numbers."""
    undecided = Counter(
        session.exec(
            select(tables.Conflict.expert_id).where(
                tables.Conflict.round_id == round_id, col(tables.Conflict.settled).is_(False)
            )
        ).all()
    )
    sheets = Counter(
        session.exec(
            select(tables.Sheet.expert_id, tables.Sheet.state).where(tables.Sheet.round_id == round_id)
        ).all()
    )
    attempts = dict(
        session.exec(
            select(tables.Draw.id, tables.Draw.attempt).where(tables.Draw.round_id == round_id)
        ).all()
    )
    rows = session.exec(
        select(tables.Panelist, tables.Expert)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Panelist.expert_id))
        .where(tables.Panelist.round_id == round_id)
    )
    members = [
        PanelistView(
            expert_id=expert.id,
            number=expert.number,
            name=expert.name,
            employer=expert.employer,
            title=expert.title,
            specialities=tuple(filter(None, expert.specialities.split("、"))),
            draw=attempts[seat.draw_id] if seat.draw_id is not None else None,
            selected_because=seat.selected_because,
            chair=seat.chair,
            absent=seat.absent,
            absent_because=seat.absent_because,
            pledged_at=seat.pledged_at,
            undecided=undecided[expert.id],
            submitted=sheets[expert.id, SheetState.SUBMITTED],
            unfinished=sheets[expert.id, SheetState.DRAFT],
        )
        for seat, expert in rows
    ]
    return sorted(members, key=lambda member: natural(member.number))


def sheets(session: Session, round_id: int) -> dict[tuple[str, str], SheetLine]:
    """How far every sheet has come, by expert and application; nothing of what stands in it."""
    rows = session.exec(
        select(tables.Sheet, tables.Expert.number, tables.Application)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Sheet.expert_id))
        .join(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
        .where(tables.Sheet.round_id == round_id)
    )
    return {
        (expert, application.number): SheetLine(
            SheetState(sheet.state), sheet.revision, application.withdrawn
        )
        for sheet, expert, application in rows
    }


def pool(session: Session, round_id: int, now: datetime) -> list[PoolExpert]:
    """Every expert of the file, in the order of numbers."""
    accounts = {
        row.expert_id: row
        for row in session.exec(select(tables.Account).where(col(tables.Account.expert_id).is_not(None)))
    }
    codes = set(
        session.exec(
            select(tables.ActivationCode.account_id).where(
                col(tables.ActivationCode.used_at).is_(None), col(tables.ActivationCode.expires_at) > now
            )
        )
    )
    live = dict(
        session.exec(
            select(tables.SignIn.account_id, func.count())
            .where(col(tables.SignIn.ended_at).is_(None), col(tables.SignIn.expires_at) > now)
            .group_by(col(tables.SignIn.account_id))
        ).all()
    )
    members = set(session.exec(select(tables.Panelist.expert_id).where(tables.Panelist.round_id == round_id)))
    several = []
    for id_, plain in experts.plain(session).items():
        account = accounts.get(id_)
        several.append(
            PoolExpert(
                id=id_,
                plain=plain,
                account_id=account.id if account else None,
                login=account.login if account else "",
                state=_state(account, codes),
                sessions=live.get(account.id, 0) if account else 0,
                on_panel=id_ in members,
            )
        )
    return sorted(several, key=lambda expert: natural(expert.plain.number))


def natural(number: str) -> tuple[str, int, str]:
    """Sorts E2 before E10."""
    letters = number.rstrip("0123456789")
    return letters, int(number[len(letters) :] or 0), number


def _state(account: tables.Account | None, codes: set[int]) -> AccountState:
    if account is None:
        return AccountState.MISSING
    if account.disabled:
        return AccountState.DISABLED
    if account.password_hash:
        return AccountState.ACTIVE
    return AccountState.ISSUED if account.id in codes else AccountState.NEW
