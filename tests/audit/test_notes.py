"""Notes, keys and cosignatures against the published example and what other programs accepted."""

from __future__ import annotations

import json

import pytest

from panel.audit import notes
from panel.audit.notes import LOG, WITNESS, Checkpoint, Malformed, Note, Signature, Signer, Verifier
from tests.conftest import ROOT

# The example of C2SP's signed-note, with its key.
TEXT = "This is an example message.\n"
EXAMPLE = (
    f"{TEXT}\n"
    "— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
# The key of Go's own examples and the signature that they print.
GO_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
GO_LINE = (
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
VECTORS = json.loads((ROOT / "tests" / "data" / "audit" / "vectors.json").read_text(encoding="utf-8"))
LOG_KEY = Signer("panel.example/log", LOG, bytes(range(32)))
WITNESS_KEY = Signer("witness.example", WITNESS, bytes(range(32, 64)))
POINT = Checkpoint(LOG_KEY.name, 3, bytes(32))


def test_the_published_example_opens() -> None:
    note = notes.parse(EXAMPLE)
    assert (note.text, str(note)) == (TEXT, EXAMPLE)
    assert note.signed_by(Verifier.parse(EXAMPLE_KEY))


def test_a_note_is_signed_as_gos_example_signs_it() -> None:
    key = Signer.parse(GO_KEY)
    line = Signature(key.name, key.verifier.hash, key.sign(GO_TEXT.encode())).line()
    assert (line, key.written()) == (GO_LINE, GO_KEY)


def test_a_checkpoint_is_the_one_that_go_opened() -> None:
    note = notes.parse(VECTORS["Note"])
    point = notes.checkpoint_of(note)
    made = notes.sign(point, LOG_KEY).plus([notes.cosign(point, WITNESS_KEY, 1788000000)])
    assert str(made) == VECTORS["Note"]
    assert (str(LOG_KEY.verifier), str(WITNESS_KEY.verifier)) == (VECTORS["Vkey"], VECTORS["Witness"])
    assert note.signed_by(LOG_KEY.verifier)
    assert note.signed_by(WITNESS_KEY.verifier)


@pytest.mark.parametrize("flipped", range(0, len(TEXT) - 1, 5))
def test_a_changed_text_is_not_signed(flipped: int) -> None:
    changed = TEXT[:flipped] + chr(ord(TEXT[flipped]) ^ 1) + TEXT[flipped + 1 :]
    assert not notes.parse(EXAMPLE.replace(TEXT, changed)).signed_by(Verifier.parse(EXAMPLE_KEY))


def test_a_false_line_in_the_keys_name_spoils_the_note() -> None:
    note = notes.sign(POINT, LOG_KEY)
    false = Signature(LOG_KEY.name, LOG_KEY.verifier.hash, bytes(64))
    assert note.signed_by(LOG_KEY.verifier)
    assert not note.plus([false]).signed_by(LOG_KEY.verifier)
    assert not Note(note.text, ()).signed_by(LOG_KEY.verifier)


def test_lines_of_unknown_keys_are_passed_over() -> None:
    note = notes.sign(POINT, LOG_KEY).plus([notes.cosign(POINT, WITNESS_KEY, 1)])
    assert note.signed_by(LOG_KEY.verifier)


def test_a_cosignature_holds_for_its_time_only() -> None:
    line = notes.cosign(POINT, WITNESS_KEY, 1788000000)
    assert notes.cosigned_at(line) == 1788000000
    later = Signature(line.name, line.hash, (1788000001).to_bytes(8, "big") + line.value[8:])
    short = Signature(line.name, line.hash, line.value[8:])
    for false in (later, short):
        assert not Note(POINT.text, (false,)).signed_by(WITNESS_KEY.verifier)
    assert Note(POINT.text, (line,)).signed_by(WITNESS_KEY.verifier)


def test_a_new_key_is_read_back() -> None:
    key = Signer.generate("panel-1")
    assert Signer.parse(key.written()) == key
    assert Verifier.parse(f" {key.verifier}\n") == key.verifier


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY.replace("example.com/foo", "a b"),
        EXAMPLE_KEY[:-4],
        EXAMPLE_KEY + "=",
        EXAMPLE_KEY.replace("+Aeky", "+Beky"),
        EXAMPLE_KEY[:-1] + "*",
    ],
)
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(Malformed):
        Verifier.parse(vkey)


@pytest.mark.parametrize(
    "skey",
    ["", GO_KEY[12:], GO_KEY.replace("c74f20a3", "c74f20a4"), GO_KEY[:-4], "PRIVATE+KEY+a+b", GO_KEY + "é"],
)
def test_what_is_no_private_key_is_refused(skey: str) -> None:
    with pytest.raises(Malformed):
        Signer.parse(skey)


@pytest.mark.parametrize(
    "written",
    [
        "",
        TEXT,
        f"{TEXT}\n",
        EXAMPLE[:-1],
        EXAMPLE.replace("— ", "- "),
        EXAMPLE.replace("— ", "— x "),
        EXAMPLE.replace("=\n", "\n"),
        EXAMPLE.replace("message", "mes\tsage"),
        f"{TEXT}\n— a AAAA\n",
        "x" * 20_000 + EXAMPLE,
    ],
)
def test_what_is_no_note_is_refused(written: str) -> None:
    with pytest.raises(Malformed):
        notes.parse(written)


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT,
        POINT.text[:-1],
        POINT.text + "more\n",
        POINT.text.replace("\n3\n", "\n03\n"),
        POINT.text.replace("\n3\n", "\n-3\n"),
        POINT.text.replace("\n3\n", "\n9999999999999999\n"),
        POINT.text.replace("AAAA", "AAA", 1),
        POINT.text.replace("panel", "a panel"),
        f"log\n3\n{'A' * 40}\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(text)


def test_a_signature_line_is_read_with_and_without_its_end() -> None:
    assert notes.parse_signature(GO_LINE) == notes.parse_signature(GO_LINE[:-1])
    assert Checkpoint.parse(POINT.text) == POINT
