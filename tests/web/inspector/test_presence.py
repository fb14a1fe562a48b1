"""The part of the live page that says who is signed in and how the trail stands."""

from __future__ import annotations

from tests.conftest import StandingClock
from tests.web.inspector.conftest import Visitor


def test_the_open_page_says_who_is_there_and_how_the_trail_stands(inspector: Visitor) -> None:
    for page in (inspector.get("/inspector/").text, inspector.get("/inspector/presence").text):
        assert "当前登录 1 人" in page
        assert "留痕还没有核验过。" in page
        assert "还没有签名校验点。" in page
    inspector.post("/inspector/verify")
    page = inspector.get("/inspector/presence").text
    assert "条留痕，没有发现改动。" in page


def test_asking_for_it_keeps_no_unattended_screen_open(inspector: Visitor, clock: StandingClock) -> None:
    inspector.come()
    for _n in range(3):
        clock.forward(minutes=5)
        answer = inspector.get("/inspector/presence")
    clock.forward(minutes=1)
    answer = inspector.get("/inspector/presence")
    assert answer.status_code == 303
