"""What went wrong becomes a page or a part of one; and every answer carries its protection."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from flask import Flask, abort
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from panel.app import create_app
from panel.errors import (
    InvalidInput,
    LogTampered,
    NotAllowed,
    NotFound,
    Problem,
    RuleBroken,
    StaleVersion,
    UnrecordedChange,
)
from panel.services.office import Office
from panel.web import errors, operations
from panel.web.access import public
from tests.application import application
from tests.visitors import Visitor, arrive
from tests.world import World

# Nothing here depends on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
GONE_WRONG: dict[str, Exception] = {
    "allowed": NotAllowed("secret reason"),
    "found": NotFound("secret reason"),
    "rule": RuleBroken("over_cap", "名额已满。", "第六条"),
    "stale": StaleVersion("另一台设备上有更新的内容。", 7),
    "input": InvalidInput(Problem("登录名", "x", "请填写。"), Problem("姓名", "", "请换一个。")),
    "unrecorded": UnrecordedChange("secret detail"),
    "tampered": LogTampered("secret detail"),
    "fault": ZeroDivisionError("secret detail"),
}


@pytest.fixture
def faulty(office: Office) -> Visitor:
    """A stranger in an application some of whose pages fail."""
    app = create_app(office)
    for name, error in GONE_WRONG.items():
        app.add_url_rule(f"/fail/{name}", name, public(_failing(error)))
    for code in (400, 413, 418):
        app.add_url_rule(f"/abort/{code}", str(code), public(_aborting(code)))
    return arrive(app)


def _failing(error: Exception) -> Callable[[], str]:
    def view() -> str:
        raise error

    return view


def _aborting(code: int) -> Callable[[], str]:
    return lambda: abort(code)


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("allowed", 404, ["没有这个页面"]),
        ("found", 404, ["没有这个页面"]),
        ("rule", 409, ["按规定不能这样做", "名额已满。", "第六条"]),
        ("stale", 409, ["内容已被他人修改", "另一台设备上有更新的内容。", "没有写入"]),
        ("input", 422, ["填写的内容需要改正", "登录名：请填写。", "姓名：请换一个。"]),
        ("unrecorded", 500, ["系统出现故障", "请求编号"]),
        ("tampered", 500, ["系统出现故障"]),
        ("fault", 500, ["系统出现故障"]),
    ],
)
@pytest.mark.parametrize("tapped", [False, True])
def test_each_error_has_its_answer(
    faulty: Visitor, name: str, status: int, said: list[str], tapped: bool
) -> None:
    answer = faulty.get(f"/fail/{name}", **({"HX-Request": "true"} if tapped else {}))
    assert answer.status_code == status
    assert [words for words in said if words not in answer.text] == []
    assert ("<html" in answer.text) is not tapped
    assert "secret" not in answer.text
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/nowhere", 404, "没有这个页面"),
        ("/abort/400", 400, "请求无法处理"),
        ("/abort/413", 413, "不能超过 20 MB"),
        ("/abort/418", 418, "请求无法处理"),
    ],
)
def test_what_http_has_a_number_for(faulty: Visitor, path: str, status: int, said: str) -> None:
    answer = faulty.get(path)
    assert (answer.status_code, said in answer.text) == (status, True)


def test_an_http_error_without_a_number_is_a_fault(app: Flask) -> None:
    with app.test_request_context("/"):
        assert errors._http(HTTPException())[1] == 500


def test_a_fault_can_be_found_again_by_the_number_of_its_request(
    faulty: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    page = faulty.get("/fail/fault").text
    number = re.search(r"请求编号 <code>([0-9a-f]{16})</code>", page)
    assert number
    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["event"], line["request"]) == ("error", "fault", number[1])
    assert (line["path"], line["error"]) == ("/fail/fault", ["ZeroDivisionError"])
    assert line["at"][-1].startswith("tests/web/test_errors.py:")


def test_the_operations_log_never_holds_what_an_error_says(
    faulty: Visitor, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DBAPIError) as broken, office.engine.begin() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "王一"})
    assert "王一" not in str(broken.value)
    operations.fault(RuntimeError("王一"), "r1", "/x")
    operations.fault(broken.value, "r2", "/x")
    faulty.get("/fail/fault")
    written = capsys.readouterr().out
    assert [json.loads(line)["request"] for line in written.splitlines()][:2] == ["r1", "r2"]
    assert '"error": ["OperationalError", "OperationalError"]' in written
    assert "王一" not in written
    assert "secret" not in written


def test_a_store_that_is_out_of_order_still_leaves_an_answer(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ = world.secretary
    visitor = arrive(application(office), "secretary")

    def broken() -> None:
        raise OSError("disk gone")

    monkeypatch.setattr(office, "glancing", broken)
    answer = visitor.client.get("/account/password")
    assert (answer.status_code, "系统出现故障" in answer.text) == (500, True)


def test_a_form_without_its_token_is_refused(stranger: Visitor) -> None:
    answer = stranger.client.post("/sign-in", data={"login": "x", "password": "y"})
    assert (answer.status_code, "页面已过期" in answer.text) == (400, True)
    forged = stranger.client.post("/sign-in", headers={"X-CSRFToken": "forged"})
    assert forged.status_code == 400


def test_every_kind_of_answer_is_protected(stranger: Visitor) -> None:
    for path in ("/sign-in", "/", "/nowhere", "/healthz", "/static/css/base.css", "/htmx.js"):
        answer = stranger.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS, path


def test_no_page_has_inline_styles_or_scripts(stranger: Visitor) -> None:
    for path in ("/sign-in", "/activate", "/nowhere"):
        page = stranger.get(path).text
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*src=)", page), path
