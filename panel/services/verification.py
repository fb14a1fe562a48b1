"""Rechecking all that the audit trail vouches for: itself, sealed sheets, decisions, stages, results."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlmodel import Session, select

from panel import tables
from panel.audit import read, seals
from panel.audit import verify as trail
from panel.audit.events import (
    RankingComputed,
    ResultFinalized,
    RoundCreated,
    SealsOpened,
    SheetSubmitted,
    StageChanged,
    TrailVerified,
)
from panel.audit.verify import CAVEAT, Damage
from panel.queries import decisions
from panel.queries import seals as sealed
from panel.rules import results
from panel.rules.permissions import Action
from panel.rules.policies import read_policy
from panel.rules.stages import Stage
from panel.services.office import Actor, Office

__all__ = ["CAVEAT", "Verification", "verify", "verify_as"]


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found: the length and root of the trail, and the first damage of each kind that there is."""

    size: int
    root: str
    damages: tuple[Damage, ...]


def verify(office: Office) -> Verification:
    """Recheck the store; where the trail itself is damaged nothing else is worth comparing with it."""
    with office.reading() as session:
        found = _trail(session)
        damages = found.damages or tuple(damage for check in _CHECKS for damage in _first(check, session))
        return Verification(found.size, found.root, damages)


def verify_as(office: Office, actor: Actor) -> Verification:
    """Recheck the store for somebody, who is logged as having done so."""
    found = verify(office)
    with office.change(actor, TrailVerified) as change:
        change.permit(Action.WATCH)
        change.record(
            TrailVerified(size=found.size, root=found.root, damages=len(found.damages)), subject="log"
        )
    return found


Check = Callable[[Session], Iterator[Damage]]


def _trail(session: Session) -> trail.TrailCheck:
    try:
        return trail.check(session)
    except Exception as error:
        return trail.TrailCheck(0, "", (_unreadable("the trail", session, error),))


def _first(check: Check, session: Session) -> Iterator[Damage]:
    """The first damage that a check finds; whatever keeps it from reading the rows is damage, too."""
    try:
        damage = next(check(session), None)
    except Exception as error:
        damage = _unreadable(check.__name__.strip("_"), session, error)
    if damage:
        yield damage


def _unreadable(what: str, session: Session, error: Exception) -> Damage:
    session.rollback()  # PostgreSQL answers nothing more in a transaction in which a statement failed.
    first_line = str(error).partition("\n")[0]
    return Damage(-1, f"{what}: rows cannot be read any more ({type(error).__name__}: {first_line})")


def _seals(session: Session) -> Iterator[Damage]:
    """Every seal in the trail has its sheet, every sheet its seal, and the score rows are what was sealed."""
    logged = {
        (record.round_id, record.subject, decisions.revision(record)): record
        for record in read.of_act(session, SheetSubmitted.act)
    }
    stored = sealed.submissions(session)
    rows = sealed.scores(session, {seal.sheet_id for seal in stored})
    for seal in stored:
        record = logged.pop((str(seal.round_id), seal.subject, seal.sheet.revision), None)
        index = record.index if record else -1
        if record is None or record.data["c"] != seal.commitment:
            yield Damage(index, f"the seal of sheet {seal.subject} is not the one in the trail")
        if seal.sheet.commitment(seal.salt) != seal.commitment:
            yield Damage(index, f"what was sealed for sheet {seal.subject} was changed afterwards")
        if seal.standing and rows[seal.sheet_id] != dict(seal.sheet.items):
            yield Damage(index, f"the scores of sheet {seal.subject} were changed after it was submitted")
    for record in logged.values():
        yield Damage(record.index, f"sheet {record.subject} was submitted, and what was sealed is gone")
    for subject in sealed.unsealed(session):
        yield Damage(-1, f"sheet {subject} counts as submitted without ever having been sealed")


def _openings(session: Session) -> Iterator[Damage]:
    """The sheets are those that were opened."""
    for record in read.of_act(session, SealsOpened.act):
        opened = sealed.openings(session, int(record.round_id))
        if seals.openings_digest(opened) != record.data["openings"]:
            yield Damage(record.index, "the opened sheets are not those whose digest was logged")


def _rounds(session: Session) -> Iterator[Damage]:
    """Each round stands at the last stage that was logged, under the policy that was frozen."""
    created = {record.round_id: record for record in read.of_act(session, RoundCreated.act)}
    newest = {record.round_id: record for record in read.of_act(session, StageChanged.act)}
    for round_ in session.exec(select(tables.Round)):
        made = created.pop(str(round_.id), None)
        record = newest.get(str(round_.id))
        stage, digest = (record.data["stage"], record.data.get("policy", "")) if record else (Stage.SETUP, "")
        index = record.index if record else -1
        if made is None or (made.data["code"], made.data["closing_day"]) != (
            round_.code,
            round_.closes_on.isoformat(),
        ):
            yield Damage(made.index if made else -1, f"round {round_.code} is not as it was created")
        if round_.stage != stage:
            yield Damage(index, f"round {round_.code} stands at {round_.stage}, the trail says {stage}")
        if round_.policy_digest != digest or _policy_digest(round_) != digest:
            yield Damage(index, f"the policy of round {round_.code} is not the one that was frozen")
    for record in created.values():
        yield Damage(record.index, f"round {record.data['code']} is gone")


def _policy_digest(round_: tables.Round) -> str:
    return read_policy(round_.policy, f"policy of round {round_.code}").digest if round_.policy else ""


def _decisions(session: Session) -> Iterator[Damage]:
    """What was decided about applications, experts and sheets, and the ballots, are as they were recorded."""
    for check in decisions.CHECKS:
        for difference in check(session):
            yield Damage(difference.index, difference.what)


def _results(session: Session) -> Iterator[Damage]:
    """Every stored result is the logged one and follows from its stored inputs."""
    logged = {record.subject: record for record in read.of_act(session, RankingComputed.act)}
    finals = {record.subject: record.data["result"] for record in read.of_act(session, ResultFinalized.act)}
    policies = {row.id: row.policy for row in session.exec(select(tables.Round))}
    for row in session.exec(select(tables.Ranking)):
        record = logged.pop(str(row.id), None)
        index = record.index if record else -1
        for what in _result_faults(row, policies[row.round_id], record, finals.pop(str(row.id), "")):
            yield Damage(index, what)
    for record in logged.values():
        yield Damage(record.index, f"result {record.subject} was computed and is gone")


def _result_faults(row: tables.Ranking, policy: str, record: read.Record | None, final: str) -> Iterator[str]:
    try:
        inputs = json.loads(row.inputs)
        result = results.compute(
            read_policy(policy, "the round's policy"), results.Inputs.from_plain(inputs)
        ).plain()
        kept = json.loads(row.result)
    except Exception as error:
        yield f"result {row.id} cannot be computed from what is stored ({type(error).__name__})"
        return
    found = (row.method, row.policy_digest, seals.record_digest(inputs), seals.record_digest(result))
    said = tuple(record.data[key] for key in ("method", "policy", "inputs", "result")) if record else ()
    if found != said or found[2:] != (row.input_digest, row.result_digest):
        yield f"result {row.id} is not what was computed and logged"
    if kept != json.loads(seals.canonical(result)):
        yield f"the stored places of result {row.id} were changed"
    if (row.result_digest if row.final else "") != final:
        yield f"result {row.id} is marked as final, or not, against the trail"


_CHECKS: tuple[Check, ...] = (_seals, _openings, _rounds, _decisions, _results)
