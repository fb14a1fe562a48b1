"""Checkpoints against the trail: cut tails, old states and rewrites are found; the uncovered is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlmodel import Session

from panel.audit import keys, notes, read, tree, verify
from panel.audit.coverage import NOTHING, Asked, Coverage
from panel.audit.events import KeyEntered
from panel.audit.keys import How, KeyEntry
from panel.audit.notes import Checkpoint, Note, Signer
from panel.audit.verify import TrailCheck
from panel.services import cosignatures, signing, verification
from panel.services.materials import shelf
from panel.services.office import Office
from tests.signed import ADMINISTRATOR, NAME, Signed
from tests.tampering import undone, unfence

TABLES = ("audit_log", "audit_node", "audit_checkpoint", "audit_cosignature")


@pytest.fixture
def signed(office: Office, tmp_path: Path) -> Signed:
    """Checkpoints over 5 and 9 entries, and two entries more."""
    made = Signed(office, tmp_path)
    for count in (4, 4):
        made.write(count)
        made.sign()
    made.write(2)
    return made


def whole(signed: Signed, asked: Asked = NOTHING) -> TrailCheck:
    with signed.office.reading() as session:
        return verify.check(session, asked)


def after(signed: Signed, *statements: str, asked: Asked = NOTHING) -> TrailCheck:
    """What is found after this, which is undone."""
    with undone(signed.office.engine) as connection:
        for table in TABLES:
            unfence(connection, table)
        for statement in statements:
            connection.execute(text(statement))
        with Session(connection) as session:
            return verify.check(session, asked)


def clean_cut(size: int) -> list[str]:
    """The trail as it was when it had so many entries."""
    nodes = "DELETE FROM audit_node WHERE level = {level} AND position >= {first}"
    return [f"DELETE FROM audit_log WHERE idx >= {size}"] + [
        nodes.format(level=level, first=size >> level) for level in range(1, 6)
    ]


def test_a_whole_trail_is_covered_up_to_its_newest_checkpoint(signed: Signed) -> None:
    found = whole(signed)
    assert (found.size, found.damages, found.coverage) == (11, (), Coverage(signed=9))
    with signed.office.reading() as session:
        said = verification.reach(verification.check(session, shelf(signed.office)))
    assert "第 9 至 10 号" in said
    signed.sign()
    with signed.office.reading() as session:
        assert "全部 11 条" in verification.reach(verification.check(session, shelf(signed.office)))


def test_a_trail_without_checkpoints_says_that_nothing_is_covered(office: Office, tmp_path: Path) -> None:
    assert "还没有留痕" in verification.reach(verification.verify(office))
    Signed(office, tmp_path)
    assert "还没有签名校验点" in verification.reach(verification.verify(office))


@pytest.mark.parametrize("size", [0, 1, 5, 8])
def test_a_cut_below_a_checkpoint_is_found(signed: Signed, size: int) -> None:
    (damage,) = after(signed, *clean_cut(size)).damages
    # Without its key entry nothing at all is signed any more; the shortness is what is said.
    assert damage.index == size
    assert "末尾的记录被删去" in damage.what


def test_a_cut_of_what_no_checkpoint_covers_passes(signed: Signed) -> None:
    assert after(signed, *clean_cut(9)).damages == ()


def test_a_genuine_older_state_is_found_by_a_kept_checkpoint_alone(signed: Signed) -> None:
    kept = signed.newest()
    assert kept
    older = [*clean_cut(5), "DELETE FROM audit_checkpoint WHERE size > 5"]
    assert after(signed, *older).damages == ()
    (damage,) = after(signed, *older, asked=Asked((kept,))).damages
    assert damage.index == 5
    assert "恢复了旧备份" in damage.what


def rewritten(connection: Connection, first: int) -> None:
    """Every entry from `first` on written anew with other contents, hashes and subtrees: nothing shows it."""
    frontier = tree.Frontier()
    rows = connection.execute(text("SELECT idx, body FROM audit_log ORDER BY idx")).all()
    for row in rows:
        body = row.body if row.idx < first else row.body.replace('"S1"', '"S2"')
        leaf = tree.leaf_hash(body.encode())
        connection.execute(
            text("UPDATE audit_log SET body = :body, leaf = :leaf WHERE idx = :idx"),
            {"body": body, "leaf": leaf, "idx": row.idx},
        )
        for (level, position), value in frontier.append(leaf).items():
            connection.execute(
                text("UPDATE audit_node SET hash = :h WHERE level = :l AND position = :p"),
                {"h": value, "l": level, "p": position},
            )


def forged(session: Session, office_key: Signer, sizes: tuple[int, ...]) -> list[tuple[int, str]]:
    made = []
    for size in sizes:
        root = bytes.fromhex(read.root_at(session, size))
        made.append((size, str(notes.sign(Checkpoint(NAME, size, root), office_key))))
    return made


@pytest.mark.parametrize(("first", "between"), [(1, (0, 4)), (6, (5, 8))])
def test_a_rewrite_without_the_key_is_named_between_two_checkpoints(
    signed: Signed, first: int, between: tuple[int, int]
) -> None:
    with undone(signed.office.engine) as connection:
        for table in TABLES:
            unfence(connection, table)
        rewritten(connection, first)
        with Session(connection) as session:
            (damage,) = verify.check(session).damages
    assert damage.index == between[0]
    assert f"第 {between[0]} 至 {between[1]} 号" in damage.what


def test_a_rewrite_with_the_stolen_key_is_found_by_cosignature_or_kept_checkpoint(signed: Signed) -> None:
    kept = signed.newest()
    assert kept
    key = signed.enter_witness()
    assert cosignatures.take(signed.office, 9, signed.cosigned(kept))
    stolen = signing.read_key(signed.file)
    assert whole(signed, Asked((kept,), key)).coverage == Coverage(signed=9, cosigned=9)
    with undone(signed.office.engine) as connection:
        for table in TABLES:
            unfence(connection, table)
        rewritten(connection, 2)
        connection.execute(text("DELETE FROM audit_cosignature"))
        with Session(connection) as session:
            for size, note in forged(session, stolen, (5, 9)):
                session.execute(
                    text("UPDATE audit_checkpoint SET note = :n WHERE size = :s"), {"n": note, "s": size}
                )
            assert verify.check(session).damages == ()  # a thief of both passes here
            (missing,) = verify.check(session, Asked(witness=key)).damages
            (differs,) = verify.check(session, Asked((kept,))).damages
    assert "副署" in missing.what
    assert "另存的校验点" in differs.what


def test_an_old_cosignature_below_a_forged_note_counts_for_nothing(signed: Signed) -> None:
    kept = signed.newest()
    assert kept
    key = signed.enter_witness()
    cosignatures.take(signed.office, 9, signed.cosigned(kept))
    with undone(signed.office.engine) as connection:
        for table in TABLES:
            unfence(connection, table)
        rewritten(connection, 2)
        with Session(connection) as session:
            for size, note in forged(session, signing.read_key(signed.file), (5, 9)):
                session.execute(
                    text("UPDATE audit_checkpoint SET note = :n WHERE size = :s"), {"n": note, "s": size}
                )
            (damage,) = verify.check(session, Asked(witness=key)).damages
    assert "副署" in damage.what


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE audit_checkpoint SET note = 'x' WHERE size = 5", "已无法读出"),
        ("UPDATE audit_checkpoint SET size = 6 WHERE size = 5", "被换过"),
        ("UPDATE audit_checkpoint SET note = replace(note, 'panel-test', 'panel-tast')", "有效签名"),
    ],
)
def test_a_damaged_checkpoint_is_named(signed: Signed, statement: str, what: str) -> None:
    (damage,) = after(signed, statement).damages
    assert what in damage.what


def test_a_key_that_nobody_endorsed_is_named(signed: Signed) -> None:
    rogue = Signer.generate(NAME)
    with signed.office.change(ADMINISTRATOR, KeyEntered) as change:
        false = {"how": "rotated", "by": str(signed.key), "sig": "AAAA"}
        change.record(KeyEntered(key=str(rogue.verifier), **false))
        change.record(KeyEntered(key="no key", how="first"))
    (damage,) = whole(signed).damages
    assert (damage.index, rogue.verifier.id in damage.what) == (11, True)


def test_keys_follow_one_another() -> None:
    old, new = Signer.generate(NAME), Signer.generate(NAME)
    first = KeyEntry(0, old.verifier)
    good = KeyEntry(3, new.verifier, How.ROTATED, str(old.verifier), keys.endorse(old, new.verifier))
    assert list(keys.unendorsed([first, good])) == []
    assert list(keys.unendorsed([good])) == [good]
    again = KeyEntry(3, new.verifier)
    assert list(keys.unendorsed([first, again])) == [again]
    for bad in (
        KeyEntry(3, new.verifier, How.ROTATED, str(old.verifier), "not base64"),
        KeyEntry(3, new.verifier, How.ROTATED, str(new.verifier), good.sig),
        KeyEntry(3, new.verifier, How.ROTATED, str(old.verifier), keys.endorse(new, new.verifier)),
    ):
        assert list(keys.unendorsed([first, bad])) == [bad]
    assert keys.in_force([first, good], 0) is None
    assert keys.in_force([first, good], 3) == first
    assert keys.in_force([first, good], 4) == good


def test_a_kept_checkpoint_of_nothing_fits_every_trail(signed: Signed) -> None:
    nothing = Note(Checkpoint(NAME, 0, tree.EMPTY_ROOT).text, ())
    assert whole(signed, Asked((nothing,))).damages == ()
