"""Cosignatures are taken from registered witnesses under checkpoints of ours, once each."""

from __future__ import annotations

from pathlib import Path

import pytest

from panel.audit import checkpoints, notes
from panel.audit.notes import Signer
from panel.errors import NotFound
from panel.services import cosignatures
from panel.services.office import Office
from tests.signed import Signed


@pytest.fixture
def signed(office: Office, tmp_path: Path) -> Signed:
    """A checkpoint over three entries."""
    made = Signed(office, tmp_path)
    made.write(2)
    made.sign()
    return made


def test_a_registered_witness_stands_below_the_checkpoint_once(signed: Signed) -> None:
    note = signed.newest()
    assert note
    line = signed.cosigned(note)
    with pytest.raises(NotFound):
        cosignatures.take(signed.office, 3, line)
    key = signed.enter_witness()
    assert cosignatures.take(signed.office, 3, line)
    assert not cosignatures.take(signed.office, 3, signed.cosigned(note, 1788000100))
    with signed.office.reading() as session:
        found = checkpoints.at(session, 3)
        assert found
        assert found.signed_by(key)
        assert len(found.signatures) == 2
        assert cosignatures.newest(session) == str(found)
        assert [(size, written) for size, written in checkpoints.every(session)] == [(3, str(found))]


def test_nothing_else_is_taken(signed: Signed) -> None:
    note = signed.newest()
    assert note
    signed.enter_witness()
    stranger = Signer.generate(signed.witness.name, notes.WITNESS)
    false = notes.cosign(notes.checkpoint_of(note), stranger, 1).line()
    other = notes.cosign(notes.Checkpoint("other", 3, bytes(32)), signed.witness, 1).line()
    good = signed.cosigned(note)
    for size, line in ((3, "x"), (3, false), (3, other), (2, good), (3, note.signatures[0].line())):
        with pytest.raises(NotFound):
            cosignatures.take(signed.office, size, line)
    with signed.office.filing() as session:
        assert not checkpoints.keep_cosignature(
            session, 2, signed.witness.verifier, notes.parse_signature(good)
        )


def test_proofs_are_for_published_checkpoints(signed: Signed) -> None:
    signed.write(4)
    signed.sign()
    with signed.office.reading() as session:
        assert len(cosignatures.consistency(session, 3, 7)) == 4
        assert [entry.key for entry in cosignatures.log_keys(session)] == [signed.key]
        for old, new in ((3, 6), (4, 7), (7, 3)):
            with pytest.raises(NotFound):
                cosignatures.consistency(session, old, new)


def test_without_a_checkpoint_there_is_nothing_to_see(office: Office) -> None:
    with office.reading() as session, pytest.raises(NotFound):
        cosignatures.newest(session)
