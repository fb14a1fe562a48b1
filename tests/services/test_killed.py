"""A process that is killed while it saves: what it acknowledged is there, and nothing is there in half.

`python -m benchmarks.crashes` kills whole servers, hundreds of times and on both databases.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from sqlmodel import select

from panel import tables
from panel.audit import read, verify
from panel.services.office import Actor, Office
from tests.conftest import ROOT
from tests.world import World

SAVES = """
import itertools
import sys
from pathlib import Path

from panel import config
from panel.rules.permissions import Role
from panel.services import saves
from panel.services.office import Actor
from panel.services.openings import open_office

home, login, account, expert = sys.argv[1:]
office = open_office(config.load(Path(home)))
actor = Actor(login, Role.EXPERT, int(account), int(expert), "tablet")
for version in itertools.count(1):
    where = {"round_code": "2026", "blind_code": "SX-01", "unit": f"S{version % 6 + 1}"}
    said = {"points": "6", "comment": str(version), "version": version, "key": f"k{version}"}
    saved = saves.save(office, actor, **where, **said)
    print(saved.version, flush=True)
"""
ENOUGH = 5


def acknowledged(office: Office, expert: Actor) -> int:
    """Let a process of its own save, and kill it after some saves; answers the last version it was told."""
    words = [sys.executable, "-c", SAVES, str(office.settings.home), expert.id]
    numbers = [str(expert.account_id), str(expert.expert_id)]
    with subprocess.Popen(
        [*words, *numbers], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, cwd=ROOT
    ) as process:
        assert process.stdout
        told = [int(process.stdout.readline()) for _ in range(ENOUGH)]
        os.kill(process.pid, signal.SIGKILL)
        # What it still managed to say before it was gone counts as well.
        told += map(int, process.stdout.read().split())
    assert process.returncode == -signal.SIGKILL
    return told[-1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_acknowledged_outlives_a_kill_and_nothing_is_halved(office: Office, world: World) -> None:
    round_id = world.scoring_round()
    expert = replace(world.accounts["E1"], session="tablet")
    told = acknowledged(office, expert)
    with office.reading() as session:
        stored = session.exec(select(tables.Save)).all()
        entries = read.of_act(session, "sheet.save", str(round_id))
        found = verify.check(session)
        (sheet,) = session.exec(select(tables.Sheet).where(tables.Sheet.version > 1)).all()
        scores = session.exec(select(tables.Score).where(tables.Score.sheet_id == sheet.id)).all()
    # The one that was under way when the signal came may be there, too: then it is there whole.
    assert sheet.version in (told, told + 1)
    assert sorted(save.version for save in stored) == list(range(2, sheet.version + 1))
    assert [entry.index for entry in entries] == sorted(save.entry for save in stored)
    assert max(int(score.comment) for score in scores) == sheet.version - 1
    assert len(scores) == min(sheet.version - 1, 6)
    assert found.damages == ()
