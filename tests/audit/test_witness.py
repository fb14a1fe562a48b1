"""What a witness accepts, and what it raises the alarm about, in words of both languages."""

from __future__ import annotations

import pytest

from panel.audit import keys, notes, tree, witness
from panel.audit.keys import How, KeyEntry
from panel.audit.notes import Checkpoint, Note, Signer
from panel.audit.witness import Alarm
from panel.language import speaking

NAME = "panel-test"
LEAVES = [tree.leaf_hash(bytes([n])) for n in range(8)]
OLD, NEW, ROGUE = (Signer.generate(NAME) for _ in range(3))


def point(size: int, leaves: list[bytes] = LEAVES) -> Checkpoint:
    return Checkpoint(NAME, size, tree.root_of(leaves[:size]))


def proof(old: int, new: int) -> tuple[bytes, ...]:
    def subtree(spot: tree.Spot) -> bytes:
        level, position = spot
        return tree.root_of(LEAVES[position << level : (position + 1) << level])

    return tree.consistency_proof(old, new, subtree)


def alarm(kept: Checkpoint, shown: Checkpoint, path: tuple[bytes, ...] = ()) -> str:
    with pytest.raises(Alarm) as raised:
        witness.compare(kept, shown, path)
    with speaking("en"):
        assert raised.value.said().startswith("ALARM: ")
    return raised.value.said()


def test_a_log_that_grew_is_accepted() -> None:
    witness.compare(point(3), point(8), proof(3, 8))
    witness.compare(point(3), point(3), ())


def test_a_shorter_log_is_a_rollback() -> None:
    assert "变少了。上次见证时有 8 条，现在只有 3 条" in alarm(point(8), point(3))


def test_another_past_is_a_rewrite() -> None:
    other = [LEAVES[1], *LEAVES[1:]]
    assert "前 3 条记录，已经不是当时的内容" in alarm(point(3), point(8, other), proof(3, 8))
    assert "被改写" in alarm(point(3), point(3, other))
    assert "被改写" in alarm(point(3), point(8), proof(3, 8)[1:])


def test_another_log_is_not_this_one() -> None:
    assert "由 panel-test 变成了 other" in alarm(point(3), Checkpoint("other", 8, point(8).root))


def test_a_checkpoint_needs_the_logs_signature() -> None:
    assert witness.read(notes.sign(point(3), OLD), OLD.verifier) == point(3)
    elsewhere = Checkpoint("other", 3, point(3).root)
    for shown in (notes.sign(point(3), NEW), Note(point(3).text, ()), notes.sign(elsewhere, OLD)):
        with pytest.raises(Alarm, match="有效签名"):
            witness.read(shown, OLD.verifier)


def test_a_new_key_is_followed_where_the_old_one_says_so() -> None:
    first = KeyEntry(0, OLD.verifier)
    sig = keys.endorse(OLD, NEW.verifier)
    rotated = KeyEntry(5, NEW.verifier, How.ROTATED, str(OLD.verifier), sig)
    assert witness.successor(OLD.verifier, [first]) == OLD.verifier
    assert witness.successor(OLD.verifier, [first, rotated]) == NEW.verifier
    assert witness.successor(NEW.verifier, [first, rotated]) == NEW.verifier
    with pytest.raises(Alarm, match="没有经过前一把密钥认可"):
        witness.successor(OLD.verifier, [first, KeyEntry(5, ROGUE.verifier, How.LOST)])
    with pytest.raises(Alarm, match="没有我们认可的"):
        witness.successor(ROGUE.verifier, [first, rotated])
