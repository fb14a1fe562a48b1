"""Reading forms: plain functions that answer clean values or say what is wrong with which field."""

from __future__ import annotations

import io
import re

from flask import Response, request, send_file, url_for

from panel.errors import InvalidInput, Problem
from panel.language import _

MAX_TEXT = 4000
# What both databases hold in an ordinary whole number.
MAX_NUMBER = 2**31 - 1
MAX_DIGITS = 10
# A path of our own: browsers take a second slash or a backslash for another machine, and drop controls.
_OWN_PLACE = re.compile(r"/(?![/\\])[!-\[\]-~]*")


def said(problem: Problem) -> str:
    """What is wrong with a form, and how to mend it, on one line."""
    return _("{where}：{remedy}").format(where=problem.where, remedy=problem.remedy)


def text(name: str, label: str, *, required: bool = True, most: int = MAX_TEXT) -> str:
    """A text field without blanks around it."""
    value = request.form.get(name, "").replace("\r\n", "\n").strip()
    if required and not value:
        raise InvalidInput(Problem(label, "", _("请填写。")))
    if any(ord(character) < 32 and character not in "\n\t" for character in value):
        raise InvalidInput(Problem(label, "", _("含有无法保存的控制字符，请重新输入。")))
    if len(value) > most:
        raise InvalidInput(Problem(label, value[:20], _("最多 {most} 个字符。").format(most=most)))
    return value


def whole(written: str) -> int:
    """A whole number of an address, as far as a store can hold it; anything else is a ValueError."""
    value = int(written)
    if abs(value) > MAX_NUMBER:
        raise ValueError(f"more than {MAX_DIGITS} digits")
    return value


def storable() -> bool:
    """Whether a store can hold what the request says: PostgreSQL takes no NUL, and no huge number."""
    named = (request.view_args or {}).values()
    said = (*request.args.items(multi=True), *request.form.items(multi=True))
    texts = (text for pair in said for text in pair)
    return not any(isinstance(one, int) and one > MAX_NUMBER for one in named) and not any(
        "\0" in text for text in (*map(str, named), *texts)
    )


def secret(name: str) -> str:
    """A password exactly as typed."""
    return request.form.get(name, "")


def number(name: str, label: str, *, least: int = 0, most: int = MAX_NUMBER) -> int:
    """A whole number."""
    value = request.form.get(name, "").strip()
    if not value.isdecimal() or len(value) > MAX_DIGITS or not least <= int(value) <= most:
        allowed = _("请填写 {least} 至 {most} 之间的整数。").format(least=least, most=most)
        raise InvalidInput(Problem(label, value[:20], allowed))
    return int(value)


def choice(name: str, label: str, allowed: object) -> str:
    """One of a closed set of values."""
    value = request.form.get(name, "")
    if value not in set(allowed):  # type: ignore[call-overload]
        raise InvalidInput(Problem(label, value, _("请选择一项。")))
    return value


def file(name: str, data: bytes, kind: str) -> Response:
    """A file to be kept."""
    return send_file(io.BytesIO(data), mimetype=kind, as_attachment=True, download_name=name)


def own_place(wanted: str) -> str:
    """Where to go next: only ever a place of our own."""
    return wanted if _OWN_PLACE.fullmatch(wanted) else url_for("account.home")


def ticked(name: str) -> bool:
    """Whether a box was ticked."""
    return request.form.get(name, "") != ""
