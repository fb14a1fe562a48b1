"""The writer of the trail: the record's exact form, and one gapless tree whoever writes at the same time."""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func
from sqlmodel import Session, select

from panel import tables
from panel.audit import log, read, seals, tree, verify
from panel.audit.events import (
    AccountCreated,
    AccountDisabled,
    ClockStepped,
    DrawPrepared,
    LogWatched,
    Refused,
    RoundRead,
    Said,
    SheetSubmitted,
)
from panel.audit.log import MAX_BODY, Entry, Who
from panel.audit.tables import NODES
from panel.db.engine import writing
from panel.rules.permissions import Role
from panel.services.office import Actor, Office
from tests.conftest import StandingClock, actor
from tests.world import World

WHO = Who("u-7", "expert", "0123456789abcdef", "10.3.2.7", "0f0e0d0c0b0a0908")
AT = datetime(2026, 3, 5, 1, 41, 0, 123456, tzinfo=UTC)

entries = st.builds(
    Entry,
    event=st.one_of(
        st.builds(AccountCreated, role=st.sampled_from([str(role) for role in Role])),
        st.builds(
            AccountDisabled, reason=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)
        ),
        st.builds(SheetSubmitted, c=st.binary(min_size=32, max_size=32).map(bytes.hex)),
        st.builds(
            Refused, tried=st.just("sheet.save"), why=st.text(st.characters(exclude_categories=["Cs", "Cc"]))
        ),
        st.just(LogWatched()),
    ),
    who=st.builds(Who, id=st.just("u-1"), role=st.sampled_from(["", "expert"]), session=st.just("")),
    at=st.datetimes(timezones=st.just(UTC)),
    subject=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    revision=st.none() | st.integers(1, 9),
    ok=st.booleans(),
)


def written(office: Office, *wanted: Entry) -> list[read.Record]:
    """What stands in the trail after these entries were appended, oldest first."""
    with World(office, StandingClock()).store() as session:
        log.append(session, *wanted)
    with office.reading() as session:
        return read.page(session, limit=len(wanted))[::-1]


def test_a_record_is_written_as_the_study_shows_it(office: Office) -> None:
    entry = Entry(SheetSubmitted(c="ab" * 32), WHO, AT, subject="E1/S01", round_id="1", revision=3)
    (record,) = written(office, entry)
    assert record.body == (
        '{"act":"sheet.submit","at":"2026-03-05T01:41:00.123456Z","data":{"c":"' + "ab" * 32 + '"},'
        '"ip":"10.3.2.7","n":0,"obj":{"id":"E1/S01","rev":3,"t":"sheet"},"ok":true,"req":"0f0e0d0c0b0a0908",'
        '"round":"1","v":1,"who":{"id":"u-7","role":"expert","sid":"0123456789abcdef"}}'
    )
    assert record.leaf == tree.leaf_hash(record.body.encode()).hex()


def test_what_is_empty_is_not_written(office: Office) -> None:
    (record,) = written(office, Entry(LogWatched(), Who("os-root", ""), AT))
    assert record.body == (
        '{"act":"watch.log","at":"2026-03-05T01:41:00.123456Z","n":0,"obj":{"t":"log"},"ok":true,"v":1,'
        '"who":{"id":"os-root"}}'
    )


def test_time_is_written_in_utc_wherever_it_was_read(office: Office) -> None:
    there = AT.astimezone(timezone(timedelta(hours=8)))
    (record,) = written(office, Entry(LogWatched(), WHO, there))
    assert json.loads(record.body)["at"] == "2026-03-05T01:41:00.123456Z"
    assert record.at == AT


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(entries, min_size=1, max_size=5))
def test_every_record_is_canonical_and_plain(office: Office, wanted: list[Entry]) -> None:
    for record in written(office, *wanted):
        body = record.body.encode()
        assert seals.canonical(json.loads(body)) == body
        assert unicodedata.is_normalized("NFC", record.body)
        assert len(body) <= MAX_BODY
        assert "null" not in re.sub(r'"[^"]*"', "", record.body)
        assert not re.search(r"\d[.eE]\d", re.sub(r'"(\\.|[^"])*"', "", record.body))
    with office.reading() as session:
        assert verify.check(session).damages == ()


def test_words_stand_beside_the_trail_and_their_digest_in_it(office: Office) -> None:
    # The same words, once composed and once decomposed, as two keyboards may send them.
    words = ("Zoë，停用", unicodedata.normalize("NFD", "Zoë，停用"))
    first, second = written(
        office, *(Entry(AccountDisabled(reason=Said(text)), WHO, AT, subject="u-9") for text in words)
    )
    assert first.data == second.data == {"reason": seals.text_digest("Zoë，停用")}
    with office.reading() as session:
        assert read.words(session, first) == {"reason": "Zoë，停用"}


def test_a_record_that_grows_too_long_is_refused(office: Office) -> None:
    event = SheetSubmitted(c="d" * 4096)
    with pytest.raises(ValueError, match="log digests, not contents"):
        written(office, Entry(event, WHO, AT))
    with office.reading() as session:
        assert read.size(session) == 0


def test_a_long_list_is_kept_beside_its_entry_and_read_with_it(office: Office) -> None:
    pool = tuple(f"E{number}" for number in range(800))
    event = DrawPrepared(attempt=1, size=5, pool=pool, excluded=("E900:office",), digest="d")
    (record,) = written(office, Entry(event, WHO, AT))
    assert record.data["pool"] == list(pool)
    words = seals.canonical(pool).decode()
    assert json.loads(record.body)["data"] == {
        "attempt": 1,
        "digest": "d",
        "excluded": ["E900:office"],
        "pool": {"count": 800, "digest": seals.text_digest(words)},
        "size": 5,
    }
    with office.reading() as session:
        assert verify.check(session).damages == ()


def test_stored_subtrees_are_those_of_the_tree(office: Office) -> None:
    records = written(office, *(Entry(LogWatched(), WHO, AT) for _ in range(21)))
    leaves = [bytes.fromhex(record.leaf) for record in records]
    frontier = tree.Frontier()
    expected = {spot: value for leaf in leaves for spot, value in frontier.append(leaf).items()}
    with office.reading() as session:
        nodes = session.execute(select(NODES.c.level, NODES.c.position, NODES.c.hash))
        assert {(row.level, row.position): bytes(row.hash) for row in nodes} == expected
        assert read.head(session) == read.Head(21, tree.root_of(leaves).hex())


def test_sixteen_writers_at_once_leave_one_gapless_trail(office: Office, world: World) -> None:
    each, writers = 6, 16
    barrier = threading.Barrier(writers)
    faults: list[BaseException] = []

    def write(number: int) -> None:
        barrier.wait()
        try:
            for turn in range(each):
                with office.change(actor(Role.SECRETARY, number), AccountCreated) as change:
                    change.session.add(
                        tables.SignInAttempt(key=f"writer {number} turn {turn}", at=change.now)
                    )
                    change.record(LogWatched(), subject=f"{number}/{turn}")
        except BaseException as fault:
            faults.append(fault)
            raise

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with office.reading() as session:
        check = verify.check(session)
        assert (check.size, check.damages) == (each * writers, ())
        assert read.head(session) == read.Head(check.size, check.root)
        subjects = [record.subject for record in read.page(session, limit=1000)]
        assert sorted(subjects) == sorted(f"{n}/{t}" for n in range(writers) for t in range(each))
        assert session.exec(select(func.count()).select_from(tables.SignInAttempt)).one() == each * writers


def test_entries_of_one_change_stand_together_and_know_their_numbers(office: Office) -> None:
    somebody = Actor("u-1", Role.SECRETARY)
    with office.change(somebody, LogWatched) as change:
        first = change.record(LogWatched())
        change.number()
        assert first.index == 0
        second = change.record(LogWatched())
    assert (first.index, second.index) == (0, 1)


def test_the_writer_leaves_the_end_of_the_transaction_to_others(office: Office) -> None:
    with writing(office.engine).connect() as connection:
        with Session(connection) as session:
            log.append(session, Entry(LogWatched(), WHO, AT))
        connection.rollback()
    with office.reading() as session:
        assert read.size(session) == 0


def test_a_clock_that_was_set_back_is_entered(office: Office, clock: StandingClock) -> None:
    def act() -> None:
        with office.change(actor(Role.SECRETARY), RoundRead) as change:
            change.record(RoundRead(), subject="2026")

    act()
    clock.forward(seconds=-5)  # what acts beside each other may do
    act()
    clock.forward(hours=-24)
    act()
    act()
    with office.reading() as session:
        (step,) = read.of_act(session, ClockStepped.act)
        acts = [record.act for record in reversed(read.page(session))]
    assert (step.index, step.actor, step.data) == (2, "system", {"seconds": 86_400})
    assert acts == ["watch.round", "watch.round", "log.clock", "watch.round", "watch.round"]


def test_nothing_to_append_appends_nothing(office: Office, clock: StandingClock) -> None:
    with office.change(actor(Role.SECRETARY), RoundRead) as change:
        change.record(RoundRead(), subject="2026")
    clock.forward(hours=-1)
    with office.filing() as session:
        log.append(session)
        assert read.size(session) == 1
