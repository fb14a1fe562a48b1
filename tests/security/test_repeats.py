"""The same save again and again, from one tablet or from many: one counts, and nothing is lost unseen."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from panel.audit import read
from panel.audit.events import ScoreSaved
from panel.services import verification
from panel.services.office import Office
from tests.security.conftest import Door
from tests.security.planted import Planted
from tests.visitors import Visitor

MANY = 16


@pytest.fixture
def address(planted: Planted) -> str:
    """Where E1 and everybody else save the first criterion of S01."""
    planted.scoring()
    first = planted.office.policy.track(planted.application("S01").track).units()[0]
    return f"/expert/rounds/2026/sheets/{planted.blind_code('S01')}/scores/{first.id}"


def saving(points: str = "20", key: str = "one key", version: int = 1) -> dict[str, str]:
    return {"points": points, "comment": "", "key": key, "version": str(version)}


def again(app: Flask, visitor: Visitor) -> Visitor:
    """The same session on a line of its own."""
    client = app.test_client()
    client.set_cookie("panel", visitor.cookie())
    return Visitor(client, visitor.token)


def at_once(send: Callable[[int], TestResponse]) -> list[TestResponse]:
    with ThreadPoolExecutor(MANY) as threads:
        return list(threads.map(send, range(MANY)))


def saves(office: Office) -> int:
    """How many saves the trail knows, once it was found whole."""
    assert verification.verify(office).damages == ()
    with office.reading() as session:
        return len(read.of_act(session, ScoreSaved.act))


def test_one_save_sent_sixteen_times_at_once_is_one_save(
    app: Flask, door: Door, office: Office, address: str
) -> None:
    lines = [again(app, door("E1")) for _ in range(MANY)]
    answers = at_once(lambda n: lines[n].post(address, saving()))
    assert {answer.status_code for answer in answers} == {200}
    assert len({(answer.text, answer.headers["Panel-Version"]) for answer in answers}) == 1
    assert saves(office) == 1


def test_a_key_stands_for_one_content(door: Door, office: Office, address: str) -> None:
    visitor = door("E1")
    assert visitor.post(address, saving("20")).status_code == 200
    for other in (saving("21"), saving("21", version=2), saving("20", version=2)):
        answer = visitor.post(address, other)
        assert answer.status_code == 409
        assert "保存编号" in answer.text
    assert saves(office) == 1


def test_a_key_is_its_experts_own(door: Door, office: Office, address: str) -> None:
    assert door("E1").post(address, saving("20")).status_code == 200
    other = door("E2").post(address, saving("13.5"))
    assert other.status_code == 200
    assert other.headers["Panel-Total"] == "13.5"
    assert saves(office) == 2


def test_of_sixteen_tablets_one_saves_and_fifteen_are_shown_what_stands(
    app: Flask, door: Door, office: Office, address: str
) -> None:
    lines = [again(app, door("E1")) for _ in range(MANY)]
    answers = at_once(lambda n: lines[n].post(address, saving(str(10 + n), f"key {n}")))
    (won,) = [n for n, answer in enumerate(answers) if answer.status_code == 200]
    lost = [answer for n, answer in enumerate(answers) if n != won]
    assert {answer.status_code for answer in lost} == {409}
    assert {answer.headers["Panel-Stale"] for answer in lost} == {"2"}
    assert all(f'data-points="{10 + won}"' in answer.text for answer in lost)
    assert saves(office) == 1


@pytest.mark.parametrize("key", ["", "x" * 65, "键" * 65])
def test_a_key_of_no_use_is_refused(door: Door, office: Office, address: str, key: str) -> None:
    assert door("E1").post(address, saving(key=key)).status_code == 422
    assert saves(office) == 0


@pytest.mark.parametrize(
    "key", ["x" * 64, "键" * 64, "' OR 1=1 --", "<script>", "a\nb", " ", "\u202e", "😀", "../../x"]
)
def test_a_key_may_be_any_short_word(door: Door, office: Office, address: str, key: str) -> None:
    for _ in range(2):
        assert door("E1").post(address, saving(key=key)).status_code == 200
    assert saves(office) == 1


def test_a_key_that_no_store_can_hold_is_no_fault_of_the_server(
    door: Door, office: Office, address: str
) -> None:
    assert door("E1").post(address, saving(key="a\0b")).status_code < 500
    assert saves(office) <= 1
