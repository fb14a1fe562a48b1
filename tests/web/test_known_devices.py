"""A browser in which somebody signed in before is remembered: by a cookie that opens nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from panel.rules.pins import TRIES
from panel.services import panelists
from panel.services.office import Office
from panel.web.known_devices import COOKIE, LIFE, MOST
from tests.visitors import Visitor, arrive
from tests.world import World

# What a cookie holds is the same on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PIN, OTHER = "280619", "739205"


@pytest.fixture
def tablet(app: Flask, world: World, office: Office) -> Visitor:
    """On which E1 has chosen a PIN with a card, and then signed out."""
    world.expert("E1", world.round_())
    world.never_activated("E1")
    (issued,) = panelists.issue_codes(office, world.secretary, "2026", ["E1"])
    visitor = arrive(app)
    visitor.post("/activate", {"activation": issued.code, "password": PIN, "again": PIN})
    visitor.get("/expert/")
    visitor.post("/sign-out")
    visitor.get("/sign-in")
    return visitor


def held(visitor: Visitor) -> str:
    cookie = visitor.client.get_cookie(COOKIE)
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
    assert cookie.max_age == LIFE.total_seconds()
    return cookie.value


def said(visitor: Visitor, pin: str = PIN) -> int:
    return visitor.post("/sign-in", {"login": "E1", "password": pin}).status_code


def test_wrong_pins_from_elsewhere_leave_ones_own_tablet_alone(app: Flask, tablet: Visitor) -> None:
    stranger = arrive(app)
    assert [said(stranger, OTHER) for _ in range(TRIES)] == [422] * TRIES
    assert "登录过的设备" in stranger.post("/sign-in", {"login": "E1", "password": PIN}).text
    assert said(tablet) == 303
    assert said(stranger) == 303


@pytest.mark.parametrize("change", [lambda value: value + "x", lambda value: "made.up", lambda value: ""])
def test_a_cookie_that_was_not_made_here_is_none(
    app: Flask, tablet: Visitor, change: Callable[[str], str]
) -> None:
    stranger = arrive(app)
    for _ in range(TRIES):
        said(stranger, OTHER)
    tablet.client.set_cookie(COOKIE, change(held(tablet)))
    assert said(tablet) == 422


def test_it_opens_nothing_by_itself_and_does_not_grow(
    app: Flask, tablet: Visitor, office: Office, world: World
) -> None:
    thief = arrive(app)
    thief.client.set_cookie(COOKIE, held(tablet))
    assert thief.get("/expert/").status_code == 303
    lengths = set()
    for _ in range(MOST + 2):
        assert said(tablet) == 303
        tablet.get("/expert/")
        tablet.post("/sign-out")
        tablet.get("/sign-in")
        lengths.add(len(held(tablet)))
    assert max(lengths) < 1_000
