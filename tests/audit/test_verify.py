"""Verification: whatever is changed behind the application's back, the first damage is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from panel.audit import notes, tree, verify
from panel.audit.coverage import NOTHING, Asked, Damage
from panel.audit.events import AccountDisabled, AccountEnabled, DrawPrepared, Refused, Said, ScoreSaved
from panel.audit.notes import Checkpoint, Signer
from panel.audit.verify import CAVEAT, TrailCheck
from panel.language import speaking
from panel.rules.permissions import Role
from panel.services.office import Office
from tests.conftest import actor
from tests.tampering import undone, unfence

SIZE = 21
TABLES = ("audit_log", "audit_node", "audit_text")
WORDS = ("丢失平板", "已找回")
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def trail(office: Office) -> Office:
    """A trail of 21 entries with words, refusals, and three levels of subtrees."""
    for number in range(7):
        with office.change(actor(Role.SECRETARY, number), AccountDisabled) as change:
            event = AccountDisabled if number % 2 else AccountEnabled
            change.record(event(reason=Said(WORDS[number % 2])), subject=f"u-{number}")
            change.record(ScoreSaved(unit="S1"), subject="E1/S01", round_id=number)
            change.record(Refused(tried="sheet.submit", why="NotAllowed"), ok=False)
    return office


def checked(connection: Connection) -> TrailCheck:
    with Session(connection) as session:
        return verify.check(session)


def damage_after(office: Office, *statements: str, **values: Any) -> Damage | None:
    """What verification finds after these statements, which are undone afterwards."""
    with undone(office.engine) as connection:
        for table in TABLES:
            unfence(connection, table)
        for statement in statements:
            connection.execute(text(statement), values)
        found = checked(connection).damages
        return found[0] if found else None


def test_a_trail_that_nobody_touched_is_whole(trail: Office) -> None:
    with trail.reading() as session:
        found = verify.check(session)
    assert (found.size, found.damages) == (SIZE, ())
    leaves = [bytes.fromhex(record) for record in _leaves(trail)]
    assert found.root == tree.root_of(leaves).hex()


def test_entry_by_entry_the_answer_is_that_of_the_quick_sweep(
    trail: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with trail.change(actor(Role.SECRETARY), DrawPrepared) as change:
        pool = tuple(f"a-{number:04}" for number in range(200))
        change.record(DrawPrepared(attempt=1, size=5, pool=pool, excluded=(), digest="9f"), subject="1")
    begin = notes.sign(Checkpoint("panel-test", 0, tree.EMPTY_ROOT), Signer.generate("panel-test", notes.LOG))
    with trail.reading() as session:
        quick = [verify.check(session, asked) for asked in (NOTHING, Asked((begin,)))]
        monkeypatch.setattr(verify, "sweep", lambda _: None)
        assert [verify.check(session, asked) for asked in (NOTHING, Asked((begin,)))] == quick
    assert (quick[0].size, quick[0].damages) == (SIZE + 1, ())


def test_an_empty_trail_is_whole(office: Office) -> None:
    with office.reading() as session:
        assert verify.check(session) == TrailCheck(0, tree.EMPTY_ROOT.hex(), ())


# --- each kind of change ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "index", "what"),
    [
        ("UPDATE audit_log SET body = replace(body, 'S1', 'S2') WHERE idx = 10", 10, "改动"),
        ("UPDATE audit_log SET leaf = :hash WHERE idx = 10", 10, "改动"),
        ("UPDATE audit_log SET act = 'sheet.read' WHERE idx = 10", 10, "act"),
        ("UPDATE audit_log SET ok = NOT ok WHERE idx = 10", 10, "ok"),
        ("UPDATE audit_log SET actor = 'u-99' WHERE idx = 10", 10, "actor"),
        ("UPDATE audit_log SET round_id = '' WHERE idx = 10", 10, "round_id"),
        ("UPDATE audit_log SET subject = 'E1/S02', actor = 'u-99' WHERE idx = 10", 10, "actor、subject"),
        ("UPDATE audit_log SET act = 'sheet.save' WHERE idx = 11", 11, "act"),
        ("UPDATE audit_log SET idx = 100 WHERE idx = 10", 10, "第 10 号"),
        ("UPDATE audit_log SET idx = -1 WHERE idx = 10", -1, "第 0 号"),
        ("DELETE FROM audit_log WHERE idx = 10", 10, "第 10 号"),
        ("DELETE FROM audit_log WHERE idx = 0", 0, "第 0 号"),
        ("DELETE FROM audit_log WHERE idx > 17", 18, "已被删去"),
        ("DELETE FROM audit_log", 0, "已被删去"),
        ("UPDATE audit_node SET hash = :hash WHERE level = 1 AND position = 5", 11, "第 1 层第 5 个"),
        ("UPDATE audit_node SET position = 77 WHERE level = 2 AND position = 2", 11, "第 2 层第 2 个"),
        ("DELETE FROM audit_node WHERE level = 4", 15, "第 4 层第 0 个"),
        ("INSERT INTO audit_node (level, position, hash) VALUES (9, 0, :hash)", SIZE, "多出"),
        ("UPDATE audit_text SET text = '另一个理由' WHERE text = '丢失平板'", -1, "文字"),
        ("UPDATE audit_text SET digest = 'x' WHERE text = '丢失平板'", -1, "文字"),
    ],
)
def test_a_change_is_named_where_it_is(trail: Office, statement: str, index: int, what: str) -> None:
    values = {"hash": bytes(32)} if ":hash" in statement else {}
    damage = damage_after(trail, statement, **values)
    assert damage is not None
    assert (damage.index, what in damage.what) == (index, True), damage


def test_the_first_of_several_damages_is_named(trail: Office) -> None:
    damage = damage_after(
        trail, "UPDATE audit_log SET subject = 'x' WHERE idx IN (4, 9)", "DELETE FROM audit_node"
    )
    assert damage == Damage(1, "第 1 层第 0 个子树与记录不符")


def test_two_entries_that_changed_places_are_found(trail: Office) -> None:
    columns = "body, leaf, act, ok, actor, round_id, subject"
    damage = damage_after(
        trail,
        "CREATE TEMPORARY TABLE swapped AS SELECT * FROM audit_log WHERE idx IN (4, 9)",
        *(
            f"UPDATE audit_log SET ({columns}) = (SELECT {columns} FROM swapped WHERE idx = {there}) "
            f"WHERE idx = {here}"
            for here, there in ((4, 9), (9, 4))
        ),
    )
    assert damage == Damage(4, "记录不在它原来的位置")


def test_an_entry_that_was_written_twice_is_found(trail: Office) -> None:
    columns = "body, leaf, act, ok, actor, round_id, subject"
    damage = damage_after(
        trail,
        f"INSERT INTO audit_log (idx, {columns}) SELECT {SIZE}, {columns} FROM audit_log WHERE idx = 20",
    )
    assert damage == Damage(SIZE, "记录不在它原来的位置")


def test_an_entry_that_was_made_up_is_found(trail: Office) -> None:
    body = json.dumps({"act": "watch.log", "at": "", "n": SIZE, "ok": True, "who": {"id": "u-1"}})
    columns = "idx, body, leaf, act, ok, actor, round_id, subject"
    made_up = (
        f"INSERT INTO audit_log ({columns}) VALUES ({SIZE}, :body, :leaf, 'watch.log', true, 'u-1', '', '')"
    )
    damage = damage_after(trail, made_up, body=body, leaf=tree.leaf_hash(body.encode()))
    assert damage == Damage(SIZE, "第 1 层第 10 个子树与记录不符")


def test_a_clean_cut_of_what_no_checkpoint_covers_passes_and_the_caveat_says_so(trail: Office) -> None:
    # Entry 20 completes no subtree; who cuts from 18 on must take the two subtrees of 19 along.
    assert damage_after(trail, "DELETE FROM audit_log WHERE idx = 20") is None
    subtrees = "DELETE FROM audit_node WHERE (level = 1 AND position = 9) OR (level = 2 AND position = 4)"
    assert damage_after(trail, "DELETE FROM audit_log WHERE idx >= 18", subtrees) is None
    assert "校验点" in CAVEAT
    assert "密钥" in CAVEAT
    with speaking("en"):
        assert verify.CAVEAT == CAVEAT  # worded when it is shown


# --- contents that nothing should be able to read -----------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "null",
        "[]",
        "12",
        '"act"',
        "{}",
        '{"act":"refused","n":10,"ok":true,"who":{"id":"u-1"}}',
        '{"act":"refused","data":"tried","n":10,"ok":true,"who":{"id":"u-1"}}',
        '{"act":"watch.log","n":10,"ok":true,"who":null}',
        '{"act":"watch.log","n":10,"obj":[],"ok":true,"who":{"id":"u-1"}}',
        "[" * 100_000,
        '{"n":NaN}',
    ],
)
def test_an_unreadable_entry_with_a_fitting_hash_is_damage_and_no_crash(trail: Office, body: str) -> None:
    damage = damage_after(
        trail,
        "UPDATE audit_log SET body = :body, leaf = :leaf WHERE idx = 10",
        body=body,
        leaf=tree.leaf_hash(body.encode()),
    )
    assert damage == Damage(10, "记录的内容已无法读出")


@ON_SQLITE
@pytest.mark.parametrize("value", ["x'ff'", "CAST(x'ff' AS TEXT)", "12", "1.5", "x''"])
@pytest.mark.parametrize("column", ["body", "leaf", "act", "ok", "actor", "round_id", "subject"])
def test_sqlite_holds_anything_anywhere_and_it_is_still_only_damage(
    trail: Office, column: str, value: str
) -> None:
    damage = damage_after(trail, f"UPDATE audit_log SET {column} = {value} WHERE idx = 10")
    assert damage is not None
    assert 0 <= damage.index <= 10


@ON_SQLITE
@pytest.mark.parametrize("value", ["x'ff'", "CAST(x'ff' AS TEXT)", "'x'", "1.5"])
@pytest.mark.parametrize(
    "column", ["audit_node.level", "audit_node.position", "audit_node.hash", "audit_text.text"]
)
def test_so_it_is_in_the_other_tables(trail: Office, column: str, value: str) -> None:
    table, name = column.split(".")
    where = "level = 1 AND position = 5" if table == "audit_node" else "text = '丢失平板'"
    assert damage_after(trail, f"UPDATE {table} SET {name} = {value} WHERE {where}") is not None


def test_a_lost_connection_is_not_taken_for_damage(trail: Office) -> None:
    error = OperationalError("SELECT", {}, Exception("gone"), connection_invalidated=True)

    class Gone(Session):
        def execute(self, *_arguments: Any, **_options: Any) -> Any:
            raise error

    with Gone(trail.engine) as session, pytest.raises(OperationalError):
        verify.check(session)


# --- any byte anywhere --------------------------------------------------------------------------------------


@ON_SQLITE
@pytest.mark.parametrize("column", ["body", "leaf", "act", "ok", "actor", "round_id", "subject"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=st.integers(0, SIZE - 1), place=st.integers(0, 9999), bit=st.integers(0, 7))
def test_any_flipped_bit_of_an_entry_is_found_on_sqlite(
    trail: Office, column: str, row: int, place: int, bit: int
) -> None:
    with undone(trail.engine) as connection:
        unfence(connection, "audit_log")
        if column == "ok":
            flip = "UPDATE audit_log SET ok = (ok | :b) - (ok & :b) WHERE idx = :r"
            connection.execute(text(flip), {"b": 1 << bit, "r": row})
        else:
            raw = f"SELECT CAST({column} AS BLOB) FROM audit_log WHERE idx = :r"
            value = _flipped(connection.execute(text(raw), {"r": row}).scalar_one(), place, bit)
            kind = "BLOB" if column == "leaf" else "TEXT"
            change = f"UPDATE audit_log SET {column} = CAST(:v AS {kind}) WHERE idx = :r"
            connection.execute(text(change), {"v": value, "r": row})
        (damage,) = checked(connection).damages
        assert damage.index == row


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_of_a_subtree_or_of_the_words_is_found(trail: Office, data: st.DataObject) -> None:
    with undone(trail.engine) as connection:
        unfence(connection, "audit_node")
        unfence(connection, "audit_text")
        if data.draw(st.booleans()):
            nodes = connection.execute(text("SELECT level, position, hash FROM audit_node")).all()
            level, position, value = data.draw(st.sampled_from(sorted(nodes)))
            changed = _flipped(value, data.draw(st.integers(0, 31)), data.draw(st.integers(0, 7)))
            statement = text("UPDATE audit_node SET hash = :v WHERE level = :l AND position = :p")
            connection.execute(statement, {"v": changed, "l": level, "p": position})
        else:
            words = data.draw(st.sampled_from(WORDS))
            place = data.draw(st.integers(0, len(words) - 1))
            others = words[:place] + chr(ord(words[place]) ^ 1) + words[place + 1 :]
            statement = text("UPDATE audit_text SET text = :v WHERE text = :w")
            connection.execute(statement, {"v": others, "w": words})
        assert len(checked(connection).damages) == 1


@pytest.mark.parametrize("column", ["body", "leaf", "act", "actor", "round_id", "subject"])
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=st.integers(0, SIZE - 1), place=st.integers(0, 9999), bit=st.integers(0, 7))
def test_any_changed_character_of_an_entry_is_found_on_both(
    trail: Office, column: str, row: int, place: int, bit: int
) -> None:
    with undone(trail.engine) as connection:
        unfence(connection, "audit_log")
        old = connection.execute(
            text(f"SELECT {column} FROM audit_log WHERE idx = :r"), {"r": row}
        ).scalar_one()
        new: bytes | str
        if isinstance(old, bytes):
            new = _flipped(old, place, bit)
        else:
            at = place % (len(old) + 1)
            new = old[:at] + chr(0x4E00 + bit) + old[at + 1 :]
        connection.execute(text(f"UPDATE audit_log SET {column} = :v WHERE idx = :r"), {"v": new, "r": row})
        (damage,) = checked(connection).damages
        assert damage.index == row


def _flipped(value: bytes, place: int, bit: int) -> bytes:
    if not value:
        return bytes([1 << bit])
    at = place % len(value)
    return value[:at] + bytes([value[at] ^ (1 << bit)]) + value[at + 1 :]


def _leaves(office: Office) -> list[str]:
    with office.engine.connect() as connection:
        rows = connection.execute(text("SELECT leaf FROM audit_log ORDER BY idx")).scalars()
        return [bytes(leaf).hex() for leaf in rows]
