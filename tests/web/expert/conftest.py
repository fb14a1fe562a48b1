"""The application as an expert reaches it, without a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from panel.services.office import Actor, Office
from tests.application import application
from tests.visitors import Visitor, arrive
from tests.world import World

ROUND = "/expert/rounds/2026/"


@pytest.fixture
def app(office: Office) -> Flask:
    """The application over the office under test."""
    return application(office)


Visit = Callable[[Actor], Visitor]


@pytest.fixture
def visit(app: Flask, world: World) -> Visit:
    """Answers somebody who has just signed in."""

    def sign_in(actor: Actor) -> Visitor:
        return arrive(app, world.login(actor))

    return sign_in


@pytest.fixture
def round_id(world: World) -> int:
    """A round in scoring with a studio (SX-01, named) and a project (PX-02, coded)."""
    return world.scoring_round()


@pytest.fixture
def expert(world: World, round_id: int) -> Actor:
    """The chair, E1."""
    return world.accounts["E1"]


@pytest.fixture
def visitor(visit: Visit, expert: Actor) -> Visitor:
    """E1, signed in."""
    return visit(expert)
