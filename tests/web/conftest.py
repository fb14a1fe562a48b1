"""The application over the office under test, and people at its door."""

from __future__ import annotations

import pytest
from flask import Flask

from panel.services.office import Office
from tests.application import application
from tests.visitors import Visitor, arrive, expected
from tests.world import World


@pytest.fixture
def app(office: Office) -> Flask:
    """The application."""
    return application(office)


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    """Somebody who is not signed in."""
    return arrive(app)


@pytest.fixture
def secretary(app: Flask, world: World) -> Visitor:
    """The panel secretary, signed in."""
    return expected(app, world, lambda: world.secretary)


@pytest.fixture
def administrator(app: Flask, world: World) -> Visitor:
    """The administrator, signed in."""
    return expected(app, world, lambda: world.administrator)
