"""The unit of work: a change and its entry stand or fall together."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col, delete, select

from panel import tables
from panel.audit import read, verify
from panel.audit.events import AccountDisabled, AccountEnabled, RoundCreated, Said, SheetSubmitted
from panel.audit.log import Who
from panel.db.engine import writing
from panel.db.prepared import Prepared
from panel.errors import (
    InvalidInput,
    NotAllowed,
    NotFound,
    PanelError,
    RuleBroken,
    StaleVersion,
    UnrecordedChange,
)
from panel.rules.permissions import Action, Role
from panel.rules.stages import Stage
from panel.services.office import Actor, Change, Office, log_id
from panel.tables import SignInAttempt
from tests.conftest import START, StandingClock, actor
from tests.world import World

SECRETARY = actor(Role.SECRETARY)
EVENT = AccountEnabled(reason=Said("已找回"))


def rows(office: Office) -> int:
    with office.reading() as session:
        return session.exec(select(func.count()).select_from(SignInAttempt)).one()


def entries(office: Office) -> list[read.Record]:
    with office.reading() as session:
        return read.page(session)


def round_at(stage: Stage, policy: str = "") -> tables.Round:
    return tables.Round(
        code="2026",
        title="评选（虚构）",
        closes_on=date(2026, 8, 28),
        stage=stage,
        policy=policy,
        created_at=START,
    )


def attempt(key: str = "x") -> SignInAttempt:
    return SignInAttempt(key=key, at=START)


# --- together or not at all ---------------------------------------------------------------------------------


def test_a_change_and_its_entry_are_committed_together(office: Office) -> None:
    with office.change(SECRETARY, AccountEnabled) as change:
        change.session.add(attempt())
        entry = change.record(EVENT, subject="u-3", round_id=7, revision=2)
    assert rows(office) == 1
    (record,) = entries(office)
    assert (record.index, record.act, record.at) == (entry.index, "account.enable", office.clock())
    assert (record.actor, record.role, record.subject, record.round_id) == (
        SECRETARY.id,
        "secretary",
        "u-3",
        "7",
    )
    assert '"rev":2' in record.body


def test_a_fault_inside_saves_neither(office: Office) -> None:
    with pytest.raises(ZeroDivisionError):
        _change_that_ends_in(office, ZeroDivisionError())
    assert (rows(office), entries(office)) == (0, [])


@pytest.mark.parametrize(
    "stop",
    [
        "ALTER TABLE audit_log RENAME TO audit_log_away",
        "ALTER TABLE audit_node RENAME TO audit_node_away",
    ],
)
def test_when_the_trail_cannot_be_written_nothing_is_saved(office: Office, stop: str) -> None:
    with office.change(SECRETARY, AccountEnabled) as change:
        change.record(EVENT)
    _administer(office, stop)
    with pytest.raises(DBAPIError), office.change(SECRETARY, AccountEnabled) as change:
        _add_and_record(change)
    _administer(office, _back(stop))
    assert (rows(office), len(entries(office))) == (0, 1)


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_without_the_right_to_insert_into_the_trail_nothing_is_saved(office: Office) -> None:
    _administer(
        office,
        "CREATE ROLE clerk",
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk",
        "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO clerk",
        "REVOKE INSERT ON audit_log FROM clerk",
    )
    try:
        with pytest.raises(DBAPIError, match="permission denied"):
            _change_as(office, "clerk")
        assert (rows(office), entries(office)) == (0, [])
    finally:
        _administer(office, "DROP OWNED BY clerk", "DROP ROLE clerk")


# --- no change without a record -----------------------------------------------------------------------------


def _orm_insert(change: Change) -> None:
    change.session.add(attempt())


def _orm_update(change: Change) -> None:
    row = change.session.exec(select(SignInAttempt)).one()
    row.key = "changed"
    change.session.add(row)


def _orm_delete(change: Change) -> None:
    change.session.delete(change.session.exec(select(SignInAttempt)).one())


def _flushed_early(change: Change) -> None:
    _orm_insert(change)
    change.session.flush()


def _bulk_insert(change: Change) -> None:
    change.session.execute(insert(SignInAttempt), [{"key": "a", "at": START}, {"key": "b", "at": START}])


def _core_insert(change: Change) -> None:
    table: Any = SignInAttempt
    change.session.execute(insert(table.__table__), {"key": "a", "at": START})


def _bulk_update(change: Change) -> None:
    change.session.execute(update(SignInAttempt).values(key="changed"))


def _bulk_delete(change: Change) -> None:
    change.session.exec(delete(SignInAttempt).where(col(SignInAttempt.key) == "x"))


def _on_the_connection(change: Change) -> None:
    change.session.connection().execute(update(SignInAttempt).values(key="changed"))


def _legacy_bulk(change: Change) -> None:
    # The kind of bulk write that fires no event of the session.
    change.session.bulk_insert_mappings(SignInAttempt.__mapper__, [{"key": "a", "at": START}])  # type: ignore[attr-defined]


def _in_raw_sql(change: Change) -> None:
    change.session.connection().exec_driver_sql("UPDATE sign_in_attempts SET key = 'changed'")


def _along_with_nothing(change: Change) -> None:
    change.along = lambda: (Prepared(update(SignInAttempt).values(key="changed")).write(),)


@pytest.mark.parametrize(
    "write",
    [
        _orm_insert,
        _orm_update,
        _orm_delete,
        _flushed_early,
        _bulk_insert,
        _core_insert,
        _bulk_update,
        _bulk_delete,
        _on_the_connection,
        _legacy_bulk,
        _in_raw_sql,
        _along_with_nothing,
    ],
)
def test_a_change_without_an_event_is_not_committed(world: World, office: Office, write: Any) -> None:
    world.add(attempt())
    with pytest.raises(UnrecordedChange), office.change(SECRETARY, AccountEnabled) as change:
        write(change)
    with office.reading() as session:
        assert session.exec(select(SignInAttempt.key)).all() == ["x"]
    assert entries(office) == []


def test_a_change_that_changes_nothing_needs_no_event(office: Office) -> None:
    with office.change(SECRETARY, AccountEnabled) as change:
        assert change.session.exec(select(SignInAttempt)).all() == []
    assert entries(office) == []


# --- refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refusal", "why"),
    [
        (NotAllowed("no"), "NotAllowed"),
        (NotFound("no"), "NotFound"),
        (RuleBroken("incomplete", "缺项", "第八条"), "incomplete"),
    ],
)
def test_a_refused_act_is_undone_and_logged_in_a_transaction_of_its_own(
    office: Office, refusal: PanelError, why: str
) -> None:
    with pytest.raises(type(refusal)):
        _change_that_ends_in(office, refusal)
    assert rows(office) == 0
    (record,) = entries(office)
    assert (record.act, record.ok, record.actor) == ("sheet.submit", False, SECRETARY.id)
    assert record.data == {"tried": "sheet.submit", "why": why}


def test_a_wrong_input_is_undone_and_not_worth_an_entry(office: Office) -> None:
    with pytest.raises(InvalidInput):
        _change_that_ends_in(office, InvalidInput())
    assert (rows(office), entries(office)) == (0, [])


def test_the_table_is_asked_at_the_rounds_stage(world: World, office: Office) -> None:
    scoring, setup = round_at(Stage.SCORING), round_at(Stage.SETUP)
    with office.change(SECRETARY, AccountEnabled) as change:
        change.permit(Action.CREATE_ROUND)
        change.permit(Action.CLOSE_SCORING, scoring)
        for action, round_ in (
            (Action.CLOSE_SCORING, setup),
            (Action.CLOSE_SCORING, None),
            (Action.WATCH, None),
        ):
            with pytest.raises(NotAllowed):
                change.permit(action, round_)
    with office.change(Actor("anonymous", None), AccountEnabled) as change, pytest.raises(NotAllowed):
        change.permit(Action.CREATE_ROUND)


# --- who, when, under which policy --------------------------------------------------------------------------


def test_the_log_knows_people_by_number_only() -> None:
    somebody = Actor(log_id(7), Role.EXPERT, 7, 3, "abc", "10.0.0.1", "r1")
    assert somebody.who() == Who("u-7", "expert", "abc", "10.0.0.1", "r1")
    assert Actor("os-root", None).who().role == ""


def test_everything_in_a_change_happens_at_one_moment(office: Office, clock: StandingClock) -> None:
    with office.change(SECRETARY, AccountEnabled) as change:
        first = change.record(EVENT)
        clock.forward(minutes=5)
        second = change.record(EVENT)
    assert first.at == second.at == START


def test_a_round_keeps_the_policy_that_was_frozen_into_it(world: World, office: Office) -> None:
    frozen = office.policy.text.replace("idle_lock_minutes = 15", "idle_lock_minutes = 20")
    early = round_at(Stage.SETUP)
    late = round_at(Stage.SCORING, frozen)
    assert office.policy_of(early) is office.policy
    assert office.policy_of(late).idle_lock_minutes == 20
    assert office.policy_of(late) is office.policy_of(late)


def test_a_frozen_policy_is_found_by_its_digest(world: World, office: Office) -> None:
    world.round_(stage=Stage.SCORING)
    digest = office.policy.digest
    with office.reading() as session:
        found = office.policy_named(session, digest)
        assert found.digest == digest
        assert office.policy_named(session, digest) is found
        assert office.policy_named(session, "") is office.policy


# --- many at once -------------------------------------------------------------------------------------------


def test_sixteen_at_once_lose_nothing(office: Office) -> None:
    def write(number: int) -> None:
        for _ in range(5):
            with office.change(actor(Role.SECRETARY, number), AccountEnabled) as change:
                _add_and_record(change)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(office) == 80
    with office.reading() as session:
        assert verify.check(session).damages == ()
        assert read.size(session) == 80


def _change_that_ends_in(office: Office, error: Exception) -> None:
    with office.change(SECRETARY, SheetSubmitted) as change:
        _add_and_record(change)
        raise error


def _change_as(office: Office, role: str) -> None:
    with office.change(SECRETARY, AccountEnabled) as change:
        change.session.connection().execute(text(f"SET LOCAL ROLE {role}"))
        _add_and_record(change)


def _add_and_record(change: Change) -> None:
    change.session.add(attempt())
    change.record(AccountDisabled(reason=Said("丢失平板")), subject="u-9")


def _administer(office: Office, *statements: str) -> None:
    with writing(office.engine).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _back(statement: str) -> str:
    _alter, _table, name, _rename, _to, away = statement.split()
    return f"ALTER TABLE {away} RENAME TO {name}"


def test_of_two_who_enter_the_same_thing_the_second_is_asked_to_look_again(
    office: Office, world: World
) -> None:
    world.round_("2026")
    with pytest.raises(StaleVersion), office.change(world.secretary, RoundCreated) as change:
        change.session.add(
            tables.Round(code="2026", title="第二个", closes_on=START.date(), created_at=change.now)
        )
    with pytest.raises(IntegrityError), office.change(world.secretary, RoundCreated) as change:
        change.session.add(
            tables.Round(
                code="2027", title="阶段不对", closes_on=START.date(), created_at=change.now, stage="later"
            )
        )
