"""Checkpoints for anybody: what is public, what is not, and whose cosignature is taken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from panel.app import create_app
from panel.audit import notes, tree
from panel.audit.notes import Checkpoint
from panel.services.office import Office
from tests.signed import NAME, Signed


@pytest.fixture
def signed(office: Office, tmp_path: Path) -> Signed:
    """Checkpoints over 4 and 9 entries."""
    made = Signed(office, tmp_path)
    made.write(3)
    made.sign()
    made.write(5)
    made.sign()
    return made


@pytest.fixture
def anybody(signed: Signed) -> FlaskClient:
    """Somebody who is not signed in."""
    return create_app(signed.office).test_client()


def point(client: FlaskClient) -> Checkpoint:
    return notes.checkpoint_of(notes.parse(client.get("/log/checkpoint").text))


def test_a_stranger_follows_the_log_from_checkpoint_to_checkpoint(
    signed: Signed, anybody: FlaskClient
) -> None:
    older = point(anybody)
    signed.write(7)
    signed.sign()
    newer = point(anybody)
    answer = anybody.get("/log/consistency", query_string={"from": older.size, "to": newer.size})
    found = json.loads(answer.text)
    proof = [bytes.fromhex(part) for part in found["proof"]]
    assert tree.extends(older.size, older.root, newer.size, newer.root, proof)
    assert (older.origin, found["from"], found["to"]) == (NAME, older.size, newer.size)


def test_the_keys_are_public(signed: Signed, anybody: FlaskClient) -> None:
    assert anybody.get("/log/keys").json == [
        {"entry": 0, "key": str(signed.key), "how": "first", "by": "", "sig": ""}
    ]


@pytest.mark.parametrize("query", ["", "from=4", "from=4&to=8", "from=9&to=4", "from=x&to=9"])
def test_between_other_lengths_there_is_no_proof(anybody: FlaskClient, query: str) -> None:
    assert anybody.get(f"/log/consistency?{query}").status_code == 404


def test_a_witness_hands_its_cosignature_in_without_a_token(signed: Signed, anybody: FlaskClient) -> None:
    shown = notes.parse(anybody.get("/log/checkpoint").text)
    line = signed.cosigned(shown)
    assert anybody.post("/log/cosignature", data=f"9\n{line}").status_code == 404
    key = signed.enter_witness()
    assert anybody.post("/log/cosignature", data=f"9\n{line}").text == "kept\n"
    assert anybody.post("/log/cosignature", data=f"9\n{line}").text == "known\n"
    assert notes.parse(anybody.get("/log/checkpoint").text).signed_by(key)


@pytest.mark.parametrize("body", [b"", b"9", b"x\ny\n", b"9\n\xff\xfe\n", b"9" * 20 + b"\n-\n", b"9\n-\n-\n"])
def test_anything_else_is_not_there(anybody: FlaskClient, body: bytes) -> None:
    assert anybody.post("/log/cosignature", data=body).status_code == 404


def test_without_a_checkpoint_there_is_none(office: Office) -> None:
    assert create_app(office).test_client().get("/log/checkpoint").status_code == 404
