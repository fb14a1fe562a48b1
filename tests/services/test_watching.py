"""What an inspector looks at is recorded; nobody else watches."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from panel.audit import read
from panel.errors import NotAllowed
from panel.services import watching
from panel.services.office import Actor, Office
from tests.world import World

Look = Callable[[Office, Actor], None]

LOOKS: list[tuple[Look, str, str, str]] = [
    (watching.log, "watch.log", "log", ""),
    (lambda office, actor: watching.entry(office, actor, 7), "watch.entry", "7", ""),
    (lambda office, actor: watching.round_(office, actor, 1, "2026"), "watch.round", "2026", "1"),
    (lambda office, actor: watching.application(office, actor, 1, "S01"), "watch.application", "S01", "1"),
]


@pytest.mark.parametrize(("look", "act", "subject", "round_id"), LOOKS)
def test_each_look_is_one_entry(
    world: World, office: Office, look: Look, act: str, subject: str, round_id: str
) -> None:
    look(office, world.inspector)
    with office.reading() as session:
        (record,) = read.page(session)
    assert (record.act, record.subject, record.round_id, record.actor) == (
        act,
        subject,
        round_id,
        world.inspector.id,
    )
    assert record.data == {}


@pytest.mark.parametrize(("look", "act", "subject", "round_id"), LOOKS)
def test_others_are_refused_and_that_is_recorded(
    world: World, office: Office, look: Look, act: str, subject: str, round_id: str
) -> None:
    for actor in (world.secretary, world.administrator):
        with pytest.raises(NotAllowed):
            look(office, actor)
    with office.reading() as session:
        assert [(record.act, record.ok) for record in read.page(session)] == [(act, False)] * 2
