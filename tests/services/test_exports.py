"""Handing out the result workbook: who may, and what the trail keeps of it."""

from __future__ import annotations

import pytest

from panel.audit import read, seals
from panel.audit.events import Refused, ResultExported
from panel.errors import NotAllowed, NotFound
from panel.rules.permissions import Role
from panel.rules.stages import Stage
from panel.services import exports
from tests.conftest import actor
from tests.opened import CODE, Opened
from tests.world import World


def test_the_digest_of_what_was_handed_out_is_recorded(world: World) -> None:
    opened = Opened(world, {"S01": [80] * 5}).opened()
    made = exports.result(world.office, world.secretary, CODE)
    assert made.data[:2] == b"PK"
    assert made.digest == seals.file_digest(made.data)
    assert made.name == "评审结果-2026（未确认）.xlsx"
    again = exports.result(world.office, world.inspector, CODE)
    with world.office.reading() as session:
        entries = read.of_act(session, ResultExported.act)
    assert [(e.actor, e.subject, e.data["digest"]) for e in entries] == [
        (world.secretary.id, "1", made.digest),
        (world.inspector.id, "1", again.digest),
    ]
    opened.final()
    assert exports.result(world.office, world.secretary, CODE).name == "评审结果-2026.xlsx"


def test_nothing_is_handed_out_before_the_opening_or_to_others(world: World) -> None:
    opened = Opened(world, {"S01": [80] * 5}).scoring()
    for who in (world.secretary, actor(Role.EXPERT), world.administrator):
        with pytest.raises(NotAllowed):
            exports.result(world.office, who, CODE)
    with pytest.raises(NotFound):
        exports.result(world.office, world.secretary, "1999")
    opened.world.stage(opened.round_id, Stage.OPENED)
    with pytest.raises(NotFound):
        exports.result(world.office, world.secretary, CODE)
    with world.office.reading() as session:
        refused = [e for e in read.page(session) if not e.ok and e.act == ResultExported.act]
        assert len(refused) == 5
        assert read.of_act(session, Refused.act) == []
        assert read.of_act(session, ResultExported.act) == []
