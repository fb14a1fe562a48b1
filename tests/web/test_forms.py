"""Fields of forms: clean values, or what is wrong with which field."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from panel.errors import InvalidInput
from panel.web import forms

# Nothing here depends on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def read(app: Flask, value: str | None, take: Callable[[], object]) -> object:
    with app.test_request_context("/", method="POST", data={} if value is None else {"x": value}):
        return take()


@pytest.mark.parametrize(
    ("value", "expected"),
    [(" 王一 ", "王一"), ("一行\r\n二行", "一行\n二行"), ("a\tb", "a\tb"), ("x" * 4000, "x" * 4000)],
)
def test_text_comes_clean(app: Flask, value: str, expected: str) -> None:
    assert read(app, value, lambda: forms.text("x", "姓名")) == expected


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        (None, "请填写。"),
        ("  ", "请填写。"),
        ("x" * 4001, "最多 4000 个字符。"),
        ("a\x00b", "含有无法保存的控制字符"),
        ("a\x1bb", "含有无法保存的控制字符"),
    ],
)
def test_text_that_cannot_be_taken_is_named(app: Flask, value: str | None, remedy: str) -> None:
    with pytest.raises(InvalidInput, match=f"姓名.*{remedy}"):
        read(app, value, lambda: forms.text("x", "姓名"))


def test_a_text_that_may_be_missing(app: Flask) -> None:
    assert read(app, None, lambda: forms.text("x", "备注", required=False)) == ""


def test_a_password_is_taken_exactly_as_typed(app: Flask) -> None:
    assert read(app, " a b ", lambda: forms.secret("x")) == " a b "
    assert read(app, None, lambda: forms.secret("x")) == ""


@pytest.mark.parametrize(
    ("value", "expected"), [("0", 0), (" 12 ", 12), ("１２", 12), ("2147483647", 2**31 - 1)]
)
def test_a_number(app: Flask, value: str, expected: int) -> None:
    assert read(app, value, lambda: forms.number("x", "人数")) == expected


@pytest.mark.parametrize("value", [None, "", "-1", "1.5", "abc", "2147483648", "9" * 5000, "²"])
def test_what_is_no_number_is_named(app: Flask, value: str | None) -> None:
    with pytest.raises(InvalidInput, match=r"人数.*请填写 0 至 2147483647 之间的整数"):
        read(app, value, lambda: forms.number("x", "人数"))


def test_the_bounds_of_a_number_are_the_callers(app: Flask) -> None:
    for value in ("2", "6"):
        with pytest.raises(InvalidInput, match="3 至 5"):
            read(app, value, lambda: forms.number("x", "人数", least=3, most=5))


def test_one_of_a_closed_set(app: Flask) -> None:
    assert read(app, "a", lambda: forms.choice("x", "角色", ("a", "b"))) == "a"
    for value in ("c", "", None):
        with pytest.raises(InvalidInput, match=r"角色.*请选择一项"):
            read(app, value, lambda: forms.choice("x", "角色", ("a", "b")))


def test_a_box_is_ticked_or_not(app: Flask) -> None:
    assert read(app, "1", lambda: forms.ticked("x")) is True
    assert read(app, None, lambda: forms.ticked("x")) is False
