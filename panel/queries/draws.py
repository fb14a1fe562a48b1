"""Draws (抽取): what was fixed before each seed, what came of it, and whether it can be repeated."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from panel import tables
from panel.audit import read, seals
from panel.audit.events import DrawHeld, DrawPrepared, ExpertRemoved
from panel.audit.read import Record
from panel.queries import conflicts, experts, recusals
from panel.queries.panelists import natural
from panel.rules import draws
from panel.rules.conflicts import Conflict, Reach, Strength
from panel.rules.criteria import Policy
from panel.rules.draws import DrawProblem, Exclusion, ExclusionReason, Pool


@dataclass(frozen=True, slots=True)
class DrawView:
    """One attempt. Without a seed it waits to be held, or was replaced by a later attempt before that."""

    id: int
    attempt: int
    size: int
    pool: Pool
    reason: str
    digest: str
    seed: str
    prepared_at: datetime
    held_at: datetime | None
    newest: bool
    prepared_entry: int | None
    held_entry: int | None

    @property
    def waiting(self) -> bool:
        """Whether the seed is still to be made."""
        return self.newest and not self.seed

    @property
    def order(self) -> tuple[str, ...]:
        """The pool in the order that follows from the seed; nothing before there is one."""
        return draws.order(bytes.fromhex(self.seed), self.pool.experts) if self.seed else ()

    @property
    def tickets(self) -> dict[str, str]:
        """The hash by which each expert of the pool is sorted, as anybody can compute it again."""
        seed = draws.DRAW_LABEL + bytes.fromhex(self.seed)
        return {number: hashlib.sha256(seed + number.encode()).hexdigest() for number in self.order}

    @property
    def drawn(self) -> tuple[str, ...]:
        """Who was drawn, in the order of the draw."""
        return self.order[: self.size]

    @property
    def reserves(self) -> tuple[str, ...]:
        """Who stands by, first to last."""
        return self.order[self.size :]


@dataclass(frozen=True, slots=True)
class DrawFault:
    """Something about one attempt that does not fit when it is repeated."""

    attempt: int
    problem: DrawProblem


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert of the file before a draw: what the data show, and why to leave out, if the data say so."""

    number: str
    name: str
    employer: str
    specialities: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    by_hand: bool
    proposed: ExclusionReason | None


def of_round(session: Session, round_id: int) -> list[DrawView]:
    """Every attempt, newest first."""
    prepared, held = _entries(session, DrawPrepared.act, round_id), _entries(session, DrawHeld.act, round_id)
    rows = session.exec(
        select(tables.Draw).where(tables.Draw.round_id == round_id).order_by(col(tables.Draw.attempt).desc())
    ).all()
    return [
        DrawView(
            id=row.id,
            attempt=row.attempt,
            size=row.size,
            pool=pool_of(row),
            reason=row.reason,
            digest=row.digest,
            seed=row.seed,
            prepared_at=row.prepared_at,
            held_at=row.held_at,
            newest=row is rows[0],
            prepared_entry=_index(prepared.get(str(row.attempt))),
            held_entry=_index(held.get(str(row.attempt))),
        )
        for row in rows
    ]


def newest(round_id: int) -> SelectOfScalar[tables.Draw]:
    """The newest attempt."""
    attempts = select(tables.Draw).where(tables.Draw.round_id == round_id)
    return attempts.order_by(col(tables.Draw.attempt).desc()).limit(1)


def waiting(session: Session, round_id: int) -> int | None:
    """The number of the attempt that waits for its seed; an older one without a seed was replaced."""
    row = session.exec(newest(round_id)).first()
    return row.attempt if row is not None and not row.seed else None


def pool_of(row: tables.Draw) -> Pool:
    """The pool and the exclusions as they were stored."""
    excluded = json.loads(row.excluded)
    return Pool(
        tuple(row.pool.split()),
        tuple(
            Exclusion(expert, ExclusionReason(said["reason"]), said["note"])
            for expert, said in sorted(excluded.items(), key=lambda item: natural(item[0]))
        ),
    )


def logged_exclusions(pool: Pool) -> tuple[str, ...]:
    """The exclusions as the trail names them: number and reason; the notes stand behind the pool's digest."""
    return tuple(sorted(f"{out.expert}:{out.reason.value}" for out in pool.exclusions))


def candidates(session: Session, policy: Policy, round_: conflicts.Dated) -> list[Candidate]:
    """Every expert of the file before a draw, in the order of numbers."""
    shown = conflicts.found(session, policy, round_)
    barred = {one.expert for one in recusals.in_force(session, round_.id) if one.reach is Reach.ROUND}
    by_hand = set(
        session.exec(
            select(tables.Panelist.expert_id).where(
                tables.Panelist.round_id == round_.id, col(tables.Panelist.draw_id).is_(None)
            )
        )
    )
    several = [
        Candidate(
            number=plain.number,
            name=plain.name,
            employer=plain.employer,
            specialities=plain.specialities,
            conflicts=tuple(shown[id_]),
            by_hand=id_ in by_hand,
            proposed=ExclusionReason.CONFLICT
            if plain.number in barred or any(map(_bars, shown[id_]))
            else None,
        )
        for id_, plain in experts.plain(session).items()
    ]
    return sorted(several, key=lambda candidate: natural(candidate.number))


def faults(session: Session, round_id: int) -> list[DrawFault]:
    """Repeats every draw from its stored record and from the trail; answers all that does not fit."""
    prepared, held = _entries(session, DrawPrepared.act, round_id), _entries(session, DrawHeld.act, round_id)
    rows = session.exec(
        select(tables.Draw).where(tables.Draw.round_id == round_id).order_by(col(tables.Draw.attempt))
    ).all()
    counts = next((row for row in reversed(rows) if row.seed), None)
    several = []
    for row in rows:
        first, second = prepared.pop(str(row.attempt), None), held.pop(str(row.attempt), None)
        wrong = list(dict.fromkeys(_wrong(row, first, second)))
        if row is counts and not wrong and not _seated(session, row, second):
            wrong = [DrawProblem.SEATS]
        several += [DrawFault(row.attempt, problem) for problem in wrong]
    gone = sorted({*prepared, *held}, key=natural)
    return several + [DrawFault(int(attempt), DrawProblem.NOT_STORED) for attempt in gone]


# One draw against itself, the trail and the panel


def _wrong(row: tables.Draw, prepared: Record | None, held: Record | None) -> Iterator[DrawProblem]:
    try:
        pool = pool_of(row)
        record = _repeated(row, pool)
    except (KeyError, TypeError, ValueError):
        yield DrawProblem.LOGGED_OTHERWISE
        return
    unheld = () if row.seed else (DrawProblem.SEED_LENGTH,)
    yield from (problem for problem in draws.verify(record) if problem not in unheld)
    yield from _against_trail(row, pool, prepared, held)


def _repeated(row: tables.Draw, pool: Pool) -> draws.Draw:
    seed = bytes.fromhex(row.seed)
    order = draws.order(seed, pool.experts)
    return draws.Draw(pool, row.digest, seed, row.size, order, order[: max(row.size, 0)])


def _against_trail(
    row: tables.Draw, pool: Pool, prepared: Record | None, held: Record | None
) -> Iterator[DrawProblem]:
    if prepared is None or (held is None) == bool(row.seed):
        yield DrawProblem.NOT_LOGGED
        return
    said, drawn = prepared.data, held.data if held else {}
    stands = {
        "size": row.size,
        "pool": list(pool.experts),
        "excluded": list(logged_exclusions(pool)),
        "digest": row.digest,
        "reason": seals.text_digest(unicodedata.normalize("NFC", row.reason)) if row.reason else "",
    }
    logged = {"excluded": [], "reason": "", **said}
    moments = (prepared.at, held.at if held else None)
    if (
        any(logged.get(name) != value for name, value in stands.items())
        or drawn.get("seed", "") != row.seed
        or (row.prepared_at, row.held_at) != moments
    ):
        yield DrawProblem.LOGGED_OTHERWISE
        return
    if held is None:
        return
    if held.index <= prepared.index:
        yield DrawProblem.SEED_BEFORE_POOL
    if drawn.get("drawn") != list(draws.order(bytes.fromhex(drawn["seed"]), said["pool"])[: said["size"]]):
        yield DrawProblem.DRAWN


def _seated(session: Session, row: tables.Draw, held: Record | None) -> bool:
    """Whether those drawn sit on the panel, but for who was removed since, and nobody else as drawn."""
    since = held.index if held else 0
    entries = read.of_act(session, ExpertRemoved.act, str(row.round_id))
    removed = {entry.subject for entry in entries if entry.index > since}
    seats = session.exec(
        select(tables.Expert.number, tables.Panelist.draw_id)
        .join(tables.Panelist, col(tables.Panelist.expert_id) == col(tables.Expert.id))
        .where(tables.Panelist.round_id == row.round_id, col(tables.Panelist.draw_id).is_not(None))
    ).all()
    drawn = set(draws.order(bytes.fromhex(row.seed), row.pool.split())[: row.size])
    seated = {number for number, _ in seats}
    return all(draw_id == row.id for _, draw_id in seats) and drawn - removed <= seated <= drawn


def _entries(session: Session, act: str, round_id: int) -> dict[str, Record]:
    """The entries of one act by the attempt they are about."""
    return {record.subject: record for record in read.of_act(session, act, str(round_id))}


def _index(record: Record | None) -> int | None:
    return record.index if record else None


def _bars(conflict: Conflict) -> bool:
    """Whether it keeps the expert out of the whole round beyond doubt (domain study, C9)."""
    return conflict.reach is Reach.ROUND and conflict.strength is Strength.STATED
