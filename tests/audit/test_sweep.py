"""The sweep: it says yes to a sound trail only, and then knows all that the slow check knows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from panel.audit import log, read, sweep, tree
from panel.audit.events import DrawPrepared, Refused, ScoreSaved
from panel.audit.log import Entry, Who
from panel.clock import now
from panel.db.engine import writing
from panel.services.office import Office
from tests.tampering import undone, unfence

SIZE = 21


@pytest.fixture
def trail(office: Office) -> Office:
    """A trail of 21 entries; every third is a refusal, some subjects are not plain ASCII."""
    who = Who("u-1", "expert", "01", "10.3.2.7", "5f")
    entries = [
        Entry(
            Refused(tried="sheet.save", why="NotAllowed") if number % 3 == 2 else ScoreSaved(unit="S1"),
            who,
            now(),
            "评审/S01" if number % 5 == 4 else f"E1/S{number:02}",
            "1" if number % 4 else "",
            ok=number % 3 != 2,
        )
        for number in range(SIZE)
    ]
    with Session(writing(office.engine)) as session:
        log.append(session, *entries)
        session.commit()
    return office


def rewrite(connection: Connection, index: int, body: str) -> None:
    """Another body in place of an entry's, and every hash made to fit: who rules the store can."""
    leaf = tree.leaf_hash(body.encode())
    values = {"body": body, "leaf": leaf, "index": index}
    connection.execute(text("UPDATE audit_log SET body = :body, leaf = :leaf WHERE idx = :index"), values)
    frontier = tree.Frontier()
    for (stored,) in connection.execute(text("SELECT leaf FROM audit_log ORDER BY idx")).all():
        for (level, position), made in frontier.append(bytes(stored)).items():
            connection.execute(
                text("UPDATE audit_node SET hash = :hash WHERE level = :level AND position = :position"),
                {"hash": made, "level": level, "position": position},
            )


@pytest.fixture
def unfenced(trail: Office) -> Iterator[Connection]:
    """A connection on which anything may be done."""
    with undone(trail.engine) as connection:
        for table in ("audit_log", "audit_node"):
            unfence(connection, table)
        yield connection


def swept(connection: Connection) -> sweep.Swept | None:
    with Session(connection) as session:
        return sweep.sweep(session)


@pytest.mark.parametrize("at_once", [1, 4, 8192])
def test_a_sweep_knows_every_root_however_the_rows_are_parted(
    trail: Office, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(sweep, "AT_ONCE", at_once)
    with trail.reading() as session:
        found = sweep.sweep(session)
        assert found is not None
        assert found.size == SIZE
        roots = [read.root_at(session, size) for size in range(SIZE + 1)]
    assert [found.root(size).hex() for size in range(SIZE + 1)] == roots
    assert found.frontier().root().hex() == roots[-1]


def test_a_sweep_tells_which_long_lists_are_referred_to(trail: Office) -> None:
    pool = tuple(f"a-{number:04}" for number in range(200))
    event = DrawPrepared(attempt=1, size=5, pool=pool, excluded=(), digest="9f")
    with Session(writing(trail.engine)) as session:
        log.append(session, Entry(event, Who("u-1", "secretary"), now(), "1"))
        session.commit()
    with trail.reading() as session:
        found = sweep.sweep(session)
        assert found is not None
        assert list(found.lists.values()) == [SIZE]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"ok":true', '"ok":false'),
        (',"v":1', ',"n":11,"v":1'),
        (',"n":10,', ',"x":{"n":10},'),
        ('{"unit":"S1"}', '{"unit":S1}'),
        ('"id":"u-1"', '"id":"u-1","id":"u-2"'),
        ('"t":"sheet"}', '"t":"sheet","id":"E9"}'),
        ("}}", "}}\n"),
        ('{"act"', '\n{"act"'),
        ("10.3.2.7", "10.3\n.2.7"),
        (',"v":1', ""),
    ],
)
def test_an_entry_that_was_rewritten_with_every_hash_is_looked_at_closer(
    unfenced: Connection, old: str, new: str
) -> None:
    body = str(unfenced.execute(text("SELECT body FROM audit_log WHERE idx = 10")).scalar_one())
    rewrite(unfenced, 10, body)
    assert swept(unfenced) is not None
    assert body.count(old) == 1
    rewrite(unfenced, 10, body.replace(old, new))
    found = swept(unfenced)
    # Without its version the entry says the same, and that is all that has ever been asked of it.
    assert (found is not None) == (old == ',"v":1' and not new)


@pytest.mark.parametrize("column", ["act", "actor", "round_id", "subject"])
def test_a_copy_that_takes_up_its_neighbours_is_looked_at_closer(unfenced: Connection, column: str) -> None:
    own, next_ = unfenced.execute(
        text(f"SELECT {column} FROM audit_log WHERE idx IN (9, 10) ORDER BY idx")
    ).scalars()
    change = text(f"UPDATE audit_log SET {column} = :value WHERE idx = :index")
    unfenced.execute(change, {"value": f"{own}\n{next_}", "index": 9})
    assert swept(unfenced) is None


def test_a_copy_that_is_gone_is_looked_at_closer(unfenced: Connection) -> None:
    if unfenced.dialect.name == "postgresql":
        unfenced.execute(text("ALTER TABLE audit_log ALTER subject DROP NOT NULL"))
        unfenced.execute(text("UPDATE audit_log SET subject = NULL WHERE idx = 3"))
    else:
        unfenced.execute(text("UPDATE audit_log SET subject = '' WHERE idx = 3"))
    assert swept(unfenced) is None


@pytest.mark.parametrize(
    ("table", "column", "number"), [("audit_log", "leaf", "idx"), ("audit_node", "hash", "position")]
)
def test_hashes_of_other_lengths_that_make_the_same_together_are_looked_at_closer(
    unfenced: Connection, table: str, column: str, number: str
) -> None:
    at = "" if table == "audit_log" else "AND level = 1"
    first, second = unfenced.execute(
        text(f"SELECT {column} FROM {table} WHERE {number} IN (4, 5) {at} ORDER BY {number}")
    ).scalars()
    both = bytes(first) + bytes(second)
    change = text(f"UPDATE {table} SET {column} = :value WHERE {number} = :number {at}")
    for cut, fits in ((33, False), (64, False), (32, True)):
        unfenced.execute(change, [{"value": both[:cut], "number": 4}, {"value": both[cut:], "number": 5}])
        assert (swept(unfenced) is not None) == fits


def test_a_hash_that_is_gone_is_not_made_up_for_by_its_neighbour(unfenced: Connection) -> None:
    if unfenced.dialect.name == "postgresql":
        unfenced.execute(text("ALTER TABLE audit_log ALTER leaf DROP NOT NULL"))
        gone: bytes | None = None
    else:
        gone = b""
    both = b"".join(
        bytes(leaf)
        for leaf in unfenced.execute(
            text("SELECT leaf FROM audit_log WHERE idx IN (4, 5) ORDER BY idx")
        ).scalars()
    )
    change = text("UPDATE audit_log SET leaf = :value WHERE idx = :number")
    unfenced.execute(change, [{"value": both, "number": 4}, {"value": gone, "number": 5}])
    assert swept(unfenced) is None


@pytest.mark.parametrize("lost", [True, False])
def test_a_lost_connection_is_no_answer_and_any_other_failure_is_looked_at_closer(
    trail: Office, lost: bool
) -> None:
    class Failing(Session):
        def execute(self, *_arguments: object, **_options: object) -> object:  # type: ignore[override]
            raise OperationalError("SELECT", {}, Exception("gone"), connection_invalidated=lost)

    with Failing(trail.engine) as session:
        if not lost:
            assert sweep.sweep(session) is None
            return
        with pytest.raises(OperationalError):
            sweep.sweep(session)
