"""The server killed in the middle of saves: what was acknowledged is there, and nothing is there in half."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks import crashes


def test_a_killed_server_has_lost_nothing_that_it_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crashes, "SAVES", (1, 10))
    home = str(tmp_path / "panel")
    crashes.prepared(home, "")
    tablets = crashes.run(crashes.Waitress(home), 2, 4, random.Random(1), lambda _words: None)
    assert sum(tablet.acknowledged for tablet in tablets) >= 2
