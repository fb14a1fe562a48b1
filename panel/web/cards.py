"""Activation cards: one-time codes as they are printed, cut and handed over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import segno
from flask import url_for
from markupsafe import Markup

from panel.language import _
from panel.services.accounts import IssuedCode


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on one card; `qr` is a picture to scan instead of typing address and code."""

    name: str
    login: str
    code: str
    address: str
    qr: Markup
    expires_at: datetime


def of(issued: Iterable[IssuedCode]) -> list[Card]:
    """The cards of newly issued codes."""
    address = url_for("account.activate_form", _external=True)
    return [
        Card(one.name, one.login, one.code, address, _picture(address, one.code), one.expires_at)
        for one in issued
    ]


def _picture(address: str, code: str) -> Markup:
    # The code stands behind a #: browsers send nothing of that to a server, so that no log ever holds it.
    drawn = segno.make(f"{address}#{code}", error="m", micro=False)
    return Markup(  # noqa: S704 - made here of our own address and code
        drawn.svg_inline(
            omitsize=True, border=2, svgclass="access-card__qr", lineclass=None, title=_("扫码激活账号")
        )
    )
