"""The verifiers that are handed out are the files that were made, with the hash that anybody computes."""

from __future__ import annotations

import hashlib

import pytest

from panel.errors import NotFound
from panel.services import verifiers
from tests.conftest import ROOT


def test_every_verifier_is_the_made_file() -> None:
    found = verifiers.every()
    assert [one.name for one in found] == ["verify_bundle.html", "verify_bundle.py"]
    for one in found:
        content = (ROOT / "verifiers" / one.name).read_bytes()
        assert (one.content, one.sha256) == (content, hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("name", ["", "../pyproject.toml", "verify_bundle.pyc"])
def test_no_other_file_is_given(name: str) -> None:
    with pytest.raises(NotFound):
        verifiers.verifier(name)
