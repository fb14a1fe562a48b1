"""Keys and the signer: it signs what continues its last signature, at the right time, and nothing else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from panel.audit import checkpoints, keys, notes, read
from panel.audit.events import KeyEntered, SignerStarted, StageChanged
from panel.audit.keys import How
from panel.audit.notes import Malformed, Signer
from panel.db.engine import writing
from panel.errors import NotAllowed, RuleBroken
from panel.rules.permissions import Role
from panel.services import signing, verification
from panel.services.office import Office
from panel.services.signing import EVERY_SECONDS, CheckpointSigner, SignerRefused
from tests.conftest import actor
from tests.signed import ADMINISTRATOR, NAME, Signed
from tests.tampering import unfence


@pytest.fixture
def signed(office: Office, tmp_path: Path) -> Signed:
    """An office with a key and a few entries, not signed yet."""
    made = Signed(office, tmp_path)
    made.write(4)
    return made


def tamper(signed: Signed, *statements: str) -> None:
    with writing(signed.office.engine).begin() as connection:
        for table in ("audit_log", "audit_node", "audit_checkpoint"):
            unfence(connection, table)
        for statement in statements:
            connection.execute(text(statement))


def test_a_key_is_for_its_owner_alone_and_stands_in_the_trail(signed: Signed) -> None:
    assert stat.S_IMODE(signed.file.stat().st_mode) == 0o600
    with signed.office.reading() as session:
        (entry,) = keys.of_log(session)
        (record,) = read.of_act(session, KeyEntered.act)
    assert (entry.key, entry.how, entry.index) == (signed.key, How.FIRST, 0)
    assert record.subject == signed.key.id
    assert signed.key.name == NAME


def test_there_is_one_first_key(signed: Signed, tmp_path: Path) -> None:
    with pytest.raises(RuleBroken, match="rotate"):
        signing.new_key(signed.office, ADMINISTRATOR, tmp_path / "other.key", NAME)
    assert not (tmp_path / "other.key").exists()


def test_no_key_can_be_lost_before_there_is_one(office: Office, tmp_path: Path) -> None:
    with pytest.raises(RuleBroken):
        signing.new_key(office, ADMINISTRATOR, tmp_path / "log.key", NAME, lost=True)


def test_only_an_administrator_manages_keys(office: Office, tmp_path: Path) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(NotAllowed):
            signing.new_key(office, actor(role), tmp_path / "log.key", NAME)
    assert list(tmp_path.glob("*.key")) == []


def test_an_existing_file_is_never_overwritten(office: Office, tmp_path: Path) -> None:
    (tmp_path / "log.key").write_text("mine")
    with pytest.raises(SignerRefused):
        signing.new_key(office, ADMINISTRATOR, tmp_path / "log.key", NAME)
    assert (tmp_path / "log.key").read_text() == "mine"


def test_a_checkpoint_states_size_and_root_of_the_whole_log(signed: Signed) -> None:
    note = signed.sign()
    with signed.office.reading() as session:
        head = read.head(session)
    point = notes.checkpoint_of(note)
    assert (point.origin, point.size, point.root.hex()) == (NAME, head.size, head.root)
    assert note.signed_by(signed.key)
    assert signed.newest() == note
    assert notes.parse(signed.state.read_text(encoding="utf-8")) == note


def test_what_is_signed_is_not_signed_again(signed: Signed) -> None:
    note = signed.sign()
    assert signed.signer().sign() is None
    assert signed.signer().look() is None
    assert signed.newest() == note


def test_nothing_is_signed_in_an_empty_trail(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "log.key"
    signing.write_key(file, Signer.generate(NAME))
    signer = CheckpointSigner(office, file, tmp_path / "last")
    assert signer.sign() is None


def test_new_entries_wait_thirty_seconds_and_a_stage_does_not(signed: Signed) -> None:
    signer = signed.signer()
    assert signer.look() is not None
    signed.write(1)
    assert signer.look() is None
    signed.watch.seconds += EVERY_SECONDS
    assert signer.look() is not None
    signed.write(1)
    assert signer.look() is None
    with signed.office.change(actor(Role.SECRETARY), StageChanged) as change:
        change.record(StageChanged(stage="closed", mode="one_person"), subject="2026", round_id=1)
    assert signer.look() is not None
    with signed.office.reading() as session:
        assert checkpoints.newest_size(session) == signed.size()


def test_the_signer_says_in_the_trail_that_it_runs_and_how(signed: Signed) -> None:
    signed.signer().start(ADMINISTRATOR, "inside")
    with signed.office.reading() as session:
        (record,) = read.of_act(session, SignerStarted.act)
    assert record.data == {"key": signed.key.id, "mode": "inside"}


def test_a_shorter_log_is_refused(signed: Signed) -> None:
    signer = signed.signer()
    signer.sign()
    tamper(signed, "DELETE FROM audit_log WHERE idx > 2", "DELETE FROM audit_checkpoint")
    with pytest.raises(SignerRefused, match="现在只有 3 条"):
        signer.look()
    tamper(signed, "DELETE FROM audit_log")
    assert signer.sign() is None


def test_a_rewritten_log_is_refused(signed: Signed) -> None:
    signer = signed.signer()
    signer.sign()
    signed.write(3)
    # Body, leaf and subtrees are all made to fit: only the last signature tells.
    tamper(signed, "UPDATE audit_node SET hash = (SELECT leaf FROM audit_log WHERE idx = 1) WHERE level = 2")
    with pytest.raises(SignerRefused, match="被改写过"):
        signer.sign()


def test_entries_that_do_not_fit_their_subtrees_are_refused(signed: Signed) -> None:
    signer = signed.signer()
    signer.sign()
    signed.write(3)
    tamper(signed, "UPDATE audit_log SET body = '{}' WHERE idx = 6")
    with pytest.raises(SignerRefused, match="先核验"):
        signer.sign()
    tamper(signed, "DELETE FROM audit_node")
    with pytest.raises(SignerRefused, match="先核验"):
        signer.sign()


def test_a_rotated_key_signs_on_and_the_old_one_no_longer(signed: Signed) -> None:
    running = signed.signer()
    running.sign()
    old = signing.read_key(signed.file)
    new = signing.rotate_key(signed.office, ADMINISTRATOR, signed.file)
    assert signing.read_key(signed.file).verifier == new
    assert signing.read_key(signed.file.with_name(f"log.key.{old.verifier.id}")) == old
    note = running.sign()  # it reads the new file by itself
    assert note is not None
    assert note.signed_by(new)
    assert not note.signed_by(old.verifier)
    assert verification.verify(signed.office).damages == ()
    stale = signed.folder / "stale.key"
    signing.write_key(stale, old)
    with pytest.raises(SignerRefused, match=new.id):
        CheckpointSigner(signed.office, stale, signed.state).sign()
    with pytest.raises(SignerRefused, match=new.id):
        signing.rotate_key(signed.office, ADMINISTRATOR, stale)


def test_an_interrupted_rotation_goes_on_with_its_key(signed: Signed) -> None:
    waiting = Signer.generate(NAME)
    signing.write_key(signed.file.with_name("log.key.new"), waiting)
    assert signing.rotate_key(signed.office, ADMINISTRATOR, signed.file) == waiting.verifier


def test_a_lost_key_is_replaced_and_the_trail_says_so(signed: Signed) -> None:
    signed.sign()
    file = signed.folder / "second.key"
    key = signing.new_key(signed.office, ADMINISTRATOR, file, NAME, lost=True)
    signer = CheckpointSigner(signed.office, file, signed.state)
    note = signer.sign()
    assert note is not None
    assert note.signed_by(key)
    assert verification.verify(signed.office).damages == ()
    with signed.office.reading() as session:
        assert [entry.how for entry in keys.of_log(session)] == [How.FIRST, How.LOST]


def test_without_its_record_the_signer_needs_a_checkpoint_kept_elsewhere(signed: Signed) -> None:
    note = signed.sign()
    signed.state.unlink()
    signed.write(1)
    signer = signed.signer()
    with pytest.raises(SignerRefused, match="--adopt"):
        signer.sign()
    other = Signer.generate(NAME)
    with pytest.raises(SignerRefused, match="不是本密钥"):
        signer.adopt(notes.sign(notes.checkpoint_of(note), other))
    signer.adopt(note)
    assert signer.sign() is not None


def test_unreadable_files_are_named(signed: Signed) -> None:
    signed.state.write_text("nothing")
    with pytest.raises(SignerRefused, match=r"log\.key\.last"):
        signed.signer()
    with pytest.raises(SignerRefused, match=r"no\.key"):
        signing.read_key(signed.folder / "no.key")


def test_a_witness_is_entered_once(signed: Signed) -> None:
    key = signed.enter_witness()
    with signed.office.reading() as session:
        assert [entry.key for entry in keys.witnesses(session)] == [key]
    with pytest.raises(RuleBroken):
        signed.enter_witness()
    with pytest.raises(Malformed):
        signing.enter_witness(signed.office, ADMINISTRATOR, str(signed.key))


def test_a_checkpoint_that_was_signed_and_not_stored_is_stored_later(signed: Signed) -> None:
    note = signed.sign()
    tamper(signed, "DELETE FROM audit_checkpoint")
    assert signed.signer().sign() == note
