"""Draws (抽取): the pool is fixed and logged first, and a seed made in a later transaction draws from it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import seals
from panel.audit.events import DrawHeld, DrawPrepared, Said
from panel.errors import InvalidInput, LogTampered, NotFound, Problem, RuleBroken
from panel.language import _
from panel.queries import draws as drawn
from panel.queries import rounds
from panel.queries.draws import DrawFault
from panel.queries.panelists import natural
from panel.rules import draws
from panel.rules.draws import Exclusion, ExclusionReason, Pool
from panel.rules.permissions import Action
from panel.services import recusals
from panel.services.accounts import required
from panel.services.office import Actor, Office
from panel.services.rounds import locked

MAX_NOTE = 500
EXPLAINED = frozenset({ExclusionReason.CONFLICT, ExclusionReason.MISCONDUCT, ExclusionReason.OTHER})
"""Reasons that say nothing without what they rest on."""

Exclusions = Mapping[str, tuple[ExclusionReason, str]]
"""Who is left out of the pool, by expert number: why, and what it rests on."""


def prepare(
    office: Office, actor: Actor, round_code: str, size: int, exclusions: Exclusions, reason: str = ""
) -> int:
    """Fix and log who may be drawn, before any seed exists; answers the id of the draw.

    From the second attempt on it needs a reason; one that was never held is replaced, and stays visible.
    """
    with office.change(actor, DrawPrepared) as change:
        round_ = locked(change, round_code)
        change.permit(Action.COMPOSE_PANEL, round_)
        session = change.session
        attempt = _last_attempt(session, round_.id) + 1
        reason = required(reason) if attempt > 1 else reason.strip()
        pool = _pool(session, round_.id, exclusions)
        _check_size(size, pool)
        row = tables.Draw(
            round_id=round_.id,
            attempt=attempt,
            size=size,
            pool=" ".join(pool.experts),
            excluded=seals.canonical(
                {out.expert: {"note": out.note, "reason": out.reason.value} for out in pool.exclusions}
            ).decode(),
            reason=reason,
            digest=pool.digest,
            prepared_at=change.now,
        )
        session.add(row)
        session.flush()
        change.record(
            DrawPrepared(
                attempt=attempt,
                size=size,
                pool=pool.experts,
                excluded=drawn.logged_exclusions(pool),
                digest=pool.digest,
                reason=Said(reason),
            ),
            subject=attempt,
            round_id=round_.id,
        )
        return row.id


def hold(office: Office, actor: Actor, draw_id: int) -> draws.Draw:
    """Make the seed of a prepared draw and seat those drawn; conflicts of the new panel go on record."""
    with office.change(actor, DrawHeld) as change:
        session = change.session
        code = session.exec(
            select(tables.Round.code)
            .join(tables.Draw, col(tables.Draw.round_id) == col(tables.Round.id))
            .where(tables.Draw.id == draw_id)
        ).first()
        if code is None:
            raise NotFound("no such draw")
        round_ = locked(change, code)
        change.permit(Action.COMPOSE_PANEL, round_)
        row = session.get_one(tables.Draw, draw_id)
        if row.seed:
            raise RuleBroken("draw_held", _("这一次抽取已经完成；如需重新抽取，请写明理由另行准备。"))
        if drawn.waiting(session, round_.id) != row.attempt:
            raise RuleBroken("draw_replaced", _("这一次抽取的名单已被后来准备的名单取代，不能再抽取。"))
        pool = drawn.pool_of(row)
        if pool.digest != row.digest:
            raise LogTampered(f"the pool of draw {row.attempt} in round {code} is not the logged one")
        # No earlier moment knows it: the pool was committed and logged before this transaction began.
        record = draws.draw(os.urandom(draws.SEED_BYTES), pool, row.size)
        row.seed, row.held_at = record.seed.hex(), change.now
        session.add(row)
        _seat(session, row, record.drawn)
        change.record(DrawHeld(seed=row.seed, drawn=record.drawn), subject=row.attempt, round_id=round_.id)
        session.flush()
        recusals.seek(change, round_, office.policy_of(round_))
        return record


def verify(office: Office, round_code: str) -> list[DrawFault]:
    """Repeat every draw of a round, as stored and as logged; nothing found means that all stand."""
    with office.reading() as session:
        round_ = rounds.by_code(session, round_code)
        if round_ is None:
            raise NotFound("no such round")
        return drawn.faults(session, round_.id)


def _last_attempt(session: Session, round_id: int) -> int:
    newest = session.exec(drawn.newest(round_id)).first()
    return newest.attempt if newest else 0


def _pool(session: Session, round_id: int, exclusions: Exclusions) -> Pool:
    """All experts of the file but those left out; who was selected by hand sits on the panel already."""
    numbers = set(session.exec(select(tables.Expert.number)))
    by_hand = session.exec(
        select(tables.Expert.number)
        .join(tables.Panelist, col(tables.Panelist.expert_id) == col(tables.Expert.id))
        .where(tables.Panelist.round_id == round_id, col(tables.Panelist.draw_id).is_(None))
    ).all()
    problems = list(_problems(numbers, exclusions))
    if problems:
        raise InvalidInput(*problems)
    left_out = {number: (why, note.strip()) for number, (why, note) in exclusions.items()}
    for number in by_hand:
        left_out.setdefault(number, (ExclusionReason.OTHER, _("已人工选定为专家组成员。")))
    return Pool(
        tuple(sorted(numbers - left_out.keys(), key=natural)),
        tuple(Exclusion(number, *left_out[number]) for number in sorted(left_out, key=natural)),
    )


def _problems(numbers: Collection[str], exclusions: Exclusions) -> Iterator[Problem]:
    for number, (why, note) in exclusions.items():
        if number not in numbers:
            yield Problem(_("排除的专家"), number, _("专家库中没有这个编号。"))
        if why in EXPLAINED and not note.strip():
            yield Problem(number, "", _("请写明排除的依据。"))
        if len(note) > MAX_NOTE:
            yield Problem(number, "", _("排除的依据最多 {most} 个字符。").format(most=MAX_NOTE))


def _check_size(size: int, pool: Pool) -> None:
    if not 0 < size <= len(pool.experts):
        raise RuleBroken(
            "draw_size",
            _("可抽取的专家有 {pool} 人，不能抽取 {size} 人。请减少抽取人数或者减少排除。").format(
                pool=len(pool.experts), size=size
            ),
            "6",
        )


def _seat(session: Session, draw: tables.Draw, drawn_numbers: tuple[str, ...]) -> None:
    """Those drawn sit on the panel, those of an earlier draw no longer; a pledge already taken stays."""
    seats = {
        seat.expert_id: seat
        for seat in session.exec(
            select(tables.Panelist).where(
                tables.Panelist.round_id == draw.round_id, col(tables.Panelist.draw_id).is_not(None)
            )
        )
    }
    ids = session.exec(select(tables.Expert.id).where(col(tables.Expert.number).in_(drawn_numbers))).all()
    for expert_id, seat in seats.items():
        if expert_id not in ids:
            session.delete(seat)
    for expert_id in ids:
        seat = seats.get(expert_id) or tables.Panelist(round_id=draw.round_id, expert_id=expert_id)
        # Another panel elects its own chair, and who was drawn anew is expected to come.
        seat.draw_id, seat.chair, seat.absent, seat.absent_because = draw.id, False, False, ""
        session.add(seat)
