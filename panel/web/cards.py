"""Sign-in cards (登录卡): one-time codes as they are printed, cut and handed over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import segno
from flask import Response, request, url_for
from markupsafe import Markup

from panel.documents import cards as documents
from panel.errors import NotFound
from panel.language import _
from panel.sentences.figures import moment
from panel.services import cards
from panel.services.accounts import IssuedCode
from panel.web import current, forms


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on one card; `qr` is a picture to scan instead of typing address and code."""

    round_title: str
    name: str
    login: str
    code: str
    address: str
    qr: Markup
    expires_at: datetime


def of(issued: Iterable[IssuedCode], round_title: str = "") -> list[Card]:
    """The cards of newly issued codes; officers' belong to no round."""
    address = url_for("account.activate_form", _external=True)
    return [
        Card(
            round_title,
            one.name,
            one.login,
            one.code,
            address,
            _picture(_link(address, one.code)),
            one.expires_at,
        )
        for one in issued
    ]


def paper(round_title: str = "") -> Response:
    """The cards whose codes the form holds as a PDF: good codes only, with what the store says of them."""
    current.close_reader()
    found = cards.unused(current.office(), request.form.getlist("card"))
    if not found:
        raise NotFound("no code that can be used")
    address = url_for("account.activate_form", _external=True)
    data = documents.render(
        [
            documents.Card(
                round_title=round_title or _("专家评审系统"),
                name=one.name,
                login=one.login,
                code=one.code,
                address=address,
                link=_link(address, one.code),
                until=moment(one.expires_at),
            )
            for one in found
        ],
        current.office().clock(),
    )
    return forms.file(_("登录卡.pdf"), data, "application/pdf")


def _link(address: str, code: str) -> str:
    # The code stands behind a #: browsers send nothing of that to a server, so that no log ever holds it.
    return f"{address}#{code}"


def _picture(link: str) -> Markup:
    drawn = segno.make(link, error="m", micro=False)
    return Markup(  # noqa: S704 - made here of our own address and code
        drawn.svg_inline(
            omitsize=True, border=2, svgclass="access-card__qr", lineclass=None, title=_("登录二维码")
        )
    )
