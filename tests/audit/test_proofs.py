"""Reading with proofs: that an entry stands in the trail, what the trail was earlier, and who is in it."""

from __future__ import annotations

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from panel.audit import read, tree
from panel.audit.events import PasswordChanged, Refused
from panel.audit.read import Filter
from panel.db.engine import writing
from panel.errors import LogTampered
from panel.services.office import Actor, Office
from tests.tampering import unfence

SIZE = 13
PEOPLE = ("u-2", "os-root", "u-10")


@pytest.fixture
def filled(office: Office) -> Office:
    """Thirteen entries by three people in turn, of rounds 1, 2 and none; every fifth was refused."""
    for number in range(SIZE):
        with office.change(Actor(PEOPLE[number % 3], None), PasswordChanged) as change:
            what = (
                Refused(tried="account.password", why="password_wrong")
                if number % 5 == 4
                else PasswordChanged()
            )
            change.record(what, subject=f"E{number}", round_id=(None, 1, 2)[number % 3], ok=number % 5 != 4)
    return office


def numbers(office: Office, wanted: Filter) -> list[int]:
    with office.reading() as session:
        return [record.index for record in read.page(session, wanted)]


def test_every_entry_has_a_proof_that_leads_to_the_root(filled: Office) -> None:
    with filled.reading() as session:
        head = read.head(session)
        for index in range(SIZE):
            record = read.entry(session, index)
            assert record is not None
            proof = read.proof(session, record)
            assert proof.head == head
            assert proof.holds
            hashes = [sibling.hash for sibling in proof.path]
            leaf = tree.leaf_hash(record.body.encode())
            assert tree.root_by_proof(index, SIZE, leaf, hashes) == bytes.fromhex(head.root)


def test_the_proof_of_a_changed_entry_does_not_hold(filled: Office) -> None:
    spoil(filled, "UPDATE audit_log SET body = replace(body, 'u-2', 'u-3') WHERE idx = 6")
    with filled.reading() as session:
        record, other = read.entry(session, 6), read.entry(session, 7)
        assert record is not None
        assert other is not None
        assert not read.proof(session, record).holds
        assert read.proof(session, other).holds


def test_without_its_subtrees_there_is_no_proof(filled: Office) -> None:
    spoil(filled, "DELETE FROM audit_node WHERE level = 3")
    with filled.reading() as session:
        record = read.entry(session, 12)
        assert record is not None
        with pytest.raises(LogTampered):
            read.proof(session, record)


def test_the_root_of_every_earlier_length_is_still_known(office: Office) -> None:
    roots = []
    for _ in range(SIZE):
        with office.reading() as session:
            roots.append(read.head(session).root)
        with office.change(Actor("u-1", None), PasswordChanged) as change:
            change.record(PasswordChanged())
    with office.reading() as session:
        assert [read.root_at(session, length) for length in range(SIZE)] == roots


def test_everybody_who_acted_is_named_once(filled: Office, office: Office) -> None:
    with office.reading() as session:
        assert sorted(read.actors(session)) == sorted(PEOPLE)


def test_nobody_acted_in_an_empty_trail(office: Office) -> None:
    with office.reading() as session:
        assert read.actors(session) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(subjects=("E3", "E7", "E99")), [7, 3]),
        (Filter(round_ids=("1", "")), [12, 10, 9, 7, 6, 4, 3, 1, 0]),
        (Filter(round_ids=("",), refused_only=True), [9]),
        (Filter(act="account.password", round_id="2"), [11, 8, 5, 2]),
        (Filter(act="account", refused_only=True), [9, 4]),
    ],
)
def test_any_of_several(filled: Office, wanted: Filter, expected: list[int]) -> None:
    assert numbers(filled, wanted) == expected


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Filter(act="account.password"), "audit_log_by_act"),
        (Filter(actor="u-2"), "audit_log_by_actor"),
        (Filter(round_id="1"), "audit_log_by_round"),
        (Filter(subjects=("E1", "E2")), "audit_log_by_subject"),
        (Filter(refused_only=True), "audit_log_refused"),
    ],
)
def test_an_index_stands_ready_for_each_filter(filled: Office, wanted: Filter, index: str) -> None:
    with filled.reading() as session:
        if filled.engine.dialect.name == "postgresql":
            # What it chooses depends on how many rows there are: here, that there is something to choose.
            found = session.execute(text("SELECT indexname FROM pg_indexes WHERE tablename = 'audit_log'"))
            assert index in found.scalars().all()
        else:
            assert index in plan_of(session, wanted)


def plan_of(session: Session, wanted: Filter) -> str:
    """How SQLite goes about a page."""
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_rest: object) -> None:
        asked.append((statement, values))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    read.page(session, wanted, before=SIZE)
    event.remove(connection, "before_cursor_execute", note)
    ((statement, values),) = asked
    return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())  # type: ignore[arg-type]


def spoil(office: Office, statement: str) -> None:
    """What only a database administrator can do."""
    with Session(writing(office.engine)) as session:
        for table in ("audit_log", "audit_node"):
            unfence(session.connection(), table)
        session.execute(text(statement))
        session.commit()
