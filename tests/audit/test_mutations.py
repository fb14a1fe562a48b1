"""Six kinds of mutation, two hundred of each on each database: all are found, the first damage is named."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlmodel import Session

from panel.audit import tree, verify
from panel.services.office import Office
from tests.signed import Signed
from tests.tampering import unfence

SIZE = 24
TIMES = 200
Rows = list[dict[str, Any]]


@pytest.fixture
def signed(office: Office, tmp_path: Path) -> Signed:
    """A log of 24 entries under a checkpoint."""
    made = Signed(office, tmp_path)
    made.write(SIZE - 1)
    made.sign()
    return made


@contextmanager
def unfenced(signed: Signed) -> Iterator[Connection]:
    """A connection on which anything may be done, all of it undone at the end."""
    with signed.office.engine.connect() as connection, connection.begin() as outer:
        for table in ("audit_log", "audit_node"):
            unfence(connection, table)
        yield connection
        outer.rollback()


def move(connection: Connection, low: int, by: int) -> None:
    """Move all entries from `low` on, past the uniqueness of their numbers."""
    connection.execute(text("UPDATE audit_log SET idx = -idx - 1 WHERE idx >= :low"), {"low": low})
    connection.execute(text("UPDATE audit_log SET idx = -idx - 1 + :by WHERE idx < 0"), {"by": by})


def copy(connection: Connection, index: int, to: int) -> None:
    """The same entry once more at another number."""
    connection.execute(
        text(
            "INSERT INTO audit_log (idx, body, leaf, act, ok, actor, round_id, subject)"
            " SELECT :to, body, leaf, act, ok, actor, round_id, subject FROM audit_log WHERE idx = :index"
        ),
        {"to": to, "index": index},
    )


def flip(connection: Connection, dice: random.Random) -> int:
    index = dice.randrange(SIZE)
    body = str(
        connection.execute(text("SELECT body FROM audit_log WHERE idx = :i"), {"i": index}).scalar_one()
    )
    at = dice.randrange(len(body))
    other = body[:at] + chr(ord(body[at]) ^ 1) + body[at + 1 :]
    # With a leaf that fits or without: the subtrees, or the checkpoint, tell.
    leaf = ", leaf = :leaf" if dice.random() < 0.5 else ""
    values = {"body": other, "i": index, **({"leaf": tree.leaf_hash(other.encode())} if leaf else {})}
    connection.execute(text(f"UPDATE audit_log SET body = :body{leaf} WHERE idx = :i"), values)
    return index


def delete(connection: Connection, dice: random.Random) -> int:
    index = dice.randrange(SIZE - 1)
    connection.execute(text("DELETE FROM audit_log WHERE idx = :i"), {"i": index})
    if dice.random() < 0.5:
        move(connection, index + 1, -1)
    return index


def insert(connection: Connection, dice: random.Random) -> int:
    index, other = dice.sample(range(SIZE), 2)
    move(connection, index, 1)
    copy(connection, other if other < index else other + 1, index)
    return index


def swap(connection: Connection, dice: random.Random) -> int:
    first, second = sorted(dice.sample(range(SIZE), 2))
    for index, to in ((first, -1), (second, first), (-1, second)):
        connection.execute(text("UPDATE audit_log SET idx = :to WHERE idx = :i"), {"to": to, "i": index})
    return first


def truncate(connection: Connection, dice: random.Random) -> int:
    index = dice.randrange(SIZE)
    connection.execute(text("DELETE FROM audit_log WHERE idx >= :i"), {"i": index})
    for level in range(1, 6) if dice.random() < 0.5 else ():
        connection.execute(
            text("DELETE FROM audit_node WHERE level = :l AND position >= :p"),
            {"l": level, "p": index >> level},
        )
    return index


def duplicate(connection: Connection, dice: random.Random) -> int:
    index = dice.randrange(SIZE)
    move(connection, index + 1, 1)
    copy(connection, index, index + 1)
    return index + 1


@pytest.mark.parametrize("mutate", [flip, delete, insert, swap, truncate, duplicate])
def test_every_mutation_is_found_and_the_first_damaged_entry_named(
    signed: Signed, mutate: Callable[[Connection, random.Random], int]
) -> None:
    dice = random.Random(mutate.__name__)
    with unfenced(signed) as connection:
        for _ in range(TIMES):
            inner = connection.begin_nested()
            first = mutate(connection, dice)
            with Session(connection, join_transaction_mode="create_savepoint") as session:
                (damage,) = verify.check(session).damages
            inner.rollback()
            # A leaf that was made to fit its changed entry shows in the subtree of the pair.
            assert damage.index in ((first, first | 1) if mutate is flip else (first,)), damage
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            assert verify.check(session).damages == ()
