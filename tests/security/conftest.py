"""A round with distinctive scores and names in it, and everybody who might look for them at the door."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from panel.services.office import Office
from tests.application import application
from tests.security.planted import Planted
from tests.visitors import Visitor, arrive
from tests.world import World

Door = Callable[[str], Visitor]


@pytest.fixture
def app(office: Office) -> Flask:
    """The application over the office under test."""
    return application(office)


@pytest.fixture
def door(app: Flask, world: World) -> Door:
    """Answers whoever has that login, signed in once; an empty login is a stranger."""
    known: dict[str, Visitor] = {}

    def enter(login: str) -> Visitor:
        if login not in known:
            _ = world.secretary, world.inspector, world.administrator
            known[login] = arrive(app, login)
        return known[login]

    return enter


@pytest.fixture
def planted(world: World) -> Planted:
    """The round, not begun yet."""
    return Planted(world)
