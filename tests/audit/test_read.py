"""Reading the trail: pages and filters, words, the head; and going on reading where somebody damaged it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from panel.audit import read
from panel.audit.events import AccountDisabled, AccountEnabled, Refused, Said, ScoreSaved
from panel.audit.read import Filter
from panel.errors import LogTampered
from panel.rules.permissions import Role
from panel.services.office import Office
from tests.conftest import actor
from tests.tampering import unfence
from tests.world import World

SECRETARY, EXPERT = actor(Role.SECRETARY), actor(Role.EXPERT)


@pytest.fixture
def filled(office: Office) -> Office:
    """Six entries: two about an account, three about sheets in two rounds, one refusal."""
    with office.change(SECRETARY, AccountDisabled) as change:
        change.record(AccountDisabled(reason=Said("丢失平板")), subject="u-9")
        change.record(AccountEnabled(reason=Said("已找回")), subject="u-9")
    with office.change(EXPERT, ScoreSaved) as change:
        change.record(ScoreSaved(unit="S1"), subject="E1/S01", round_id=1)
        change.record(ScoreSaved(unit="S2"), subject="E1/S01", round_id=1)
        change.record(ScoreSaved(unit="S1"), subject="E1/S01", round_id=2)
        change.record(Refused(tried="sheet.submit", why="NotAllowed"), round_id=1, ok=False)
    return office


def numbers(office: Office, wanted: Filter = read.EVERYTHING, **which: int) -> list[int]:
    with office.reading() as session:
        return [record.index for record in read.page(session, wanted, **which)]


def test_a_page_shows_the_newest_first(filled: Office) -> None:
    assert numbers(filled) == [5, 4, 3, 2, 1, 0]
    assert numbers(filled, limit=2) == [5, 4]


def test_one_can_page_back_and_ask_on(filled: Office) -> None:
    assert numbers(filled, before=4, limit=2) == [3, 2]
    assert numbers(filled, after=3) == [5, 4]
    assert numbers(filled, after=5) == []


def test_whoever_asks_on_misses_nothing_however_much_was_added(filled: Office) -> None:
    seen: list[int] = []
    while new := numbers(filled, after=seen[-1] if seen else -1, limit=2):
        seen += reversed(new)
    assert seen == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(act="account.disable"), [0]),
        (Filter(act="account"), [1, 0]),
        (Filter(act="sheet"), [5, 4, 3, 2]),
        (Filter(act="she"), []),
        (Filter(actor=SECRETARY.id), [1, 0]),
        (Filter(round_id="1"), [5, 3, 2]),
        (Filter(subject="E1/S01", round_id="2"), [4]),
        (Filter(refused_only=True), [5]),
    ],
)
def test_filters(filled: Office, wanted: Filter, expected: list[int]) -> None:
    assert numbers(filled, wanted) == expected


def test_a_refusal_is_found_under_what_was_tried(filled: Office) -> None:
    with filled.reading() as session:
        record = read.entry(session, 5)
    assert record is not None
    assert (record.act, record.ok, record.data["why"]) == ("sheet.submit", False, "NotAllowed")


def test_an_entry_says_who_when_and_what(filled: Office) -> None:
    with filled.reading() as session:
        record = read.entry(session, 0)
        assert read.entry(session, 6) is None
        assert record is not None
        assert (record.actor, record.role, record.subject) == (SECRETARY.id, "secretary", "u-9")
        assert record.at == filled.clock()
        assert read.words(session, record) == {"reason": "丢失平板"}


def test_bodies_and_acts_are_read_in_the_order_of_the_trail(filled: Office) -> None:
    with filled.reading() as session:
        assert [body[:14] for body in read.bodies(session)][:2] == ['{"act":"accoun', '{"act":"accoun']
        assert [record.index for record in read.of_act(session, "sheet.save")] == [2, 3, 4]
        assert [record.index for record in read.of_act(session, "sheet.save", "2")] == [4]
        assert read.of_act(session, "sheet.submit") == []


def test_an_empty_trail_has_the_root_of_nothing(office: Office) -> None:
    with office.reading() as session:
        assert read.head(session) == read.Head(
            0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "{}", '"who"', '{"who":1,"at":"x"}', '{"who":{},"at":"x"}', "[" * 9999]
)
def test_a_damaged_entry_is_shown_as_unreadable_and_the_others_stay(
    filled: Office, world: World, body: str
) -> None:
    with world.store() as session:
        unfence(session.connection(), "audit_log")
        session.execute(text("UPDATE audit_log SET body = :body WHERE idx = 3"), {"body": body})
    with filled.reading() as session:
        page = read.page(session)
        damaged = page[2]
    assert [record.readable for record in page] == [True, True, False, True, True, True]
    assert (damaged.body, damaged.act, damaged.data, damaged.role) == (body, "sheet.save", {}, "")


def test_words_that_were_taken_away_are_not_there(filled: Office, world: World) -> None:
    with world.store() as session:
        unfence(session.connection(), "audit_text")
        session.execute(text("DELETE FROM audit_text"))
    with filled.reading() as session:
        record = read.entry(session, 0)
        assert record is not None
        assert read.words(session, record) == {}


def test_a_missing_subtree_is_named(filled: Office, world: World) -> None:
    with world.store() as session:
        unfence(session.connection(), "audit_node")
        session.execute(text("DELETE FROM audit_node WHERE level = 2"))
    with filled.reading() as session, pytest.raises(LogTampered, match="level 2, position 0"):
        read.head(session)
