"""The application as an inspector reaches it, without a browser."""

from __future__ import annotations

import pytest
from flask import Flask

from panel.services.office import Office
from tests.application import application
from tests.opened import Opened
from tests.visitors import Visitor, expected
from tests.web.expert.conftest import Visit, visit
from tests.world import World

__all__ = ["ROUND", "Visit", "Visitor", "visit"]

ROUND = "/inspector/rounds/2026"

# S01 and P01 are scored by everybody; E1's total on S01 is 90, on P01 60.
PERCENTS = {"S01": [90, 80, 70, 80, 90], "P01": [60, 70, 80, 70, 60]}


@pytest.fixture
def app(office: Office) -> Flask:
    """The application over the office under test."""
    return application(office)


@pytest.fixture
def inspector(app: Flask, world: World) -> Visitor:
    """The inspector, signed in."""
    return expected(app, world, lambda: world.inspector)


@pytest.fixture
def scored(world: World) -> Opened:
    """A round in which every sheet is sealed and nothing opened."""
    return Opened(world, PERCENTS).sealed()
