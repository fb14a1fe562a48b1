"""Sign-in cards (登录卡) on paper: eight on an A4 page, each with its code to be scanned or typed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from panel.documents import typesetting
from panel.language import _, current, together


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on one card; `link` is what the QR code holds, `until` a moment as people write it."""

    round_title: str
    name: str
    login: str
    code: str
    address: str
    link: str
    until: str


def render(cards: Sequence[Card], at: datetime) -> bytes:
    """The cards as a PDF, to be cut along the marks."""
    return typesetting.pdf(
        "cards",
        {
            "lang": current().partition("_")[0],
            "title": _("登录卡"),
            "login": _("登录名"),
            "code": _("登录码"),
            "scan": _("登录二维码"),
            "cards": [
                {
                    "round": card.round_title,
                    "name": card.name,
                    "login": card.login,
                    "code": card.code,
                    "qr": typesetting.code_picture(card.link),
                    "note": _note(card),
                }
                for card in cards
            ],
        },
        at,
    )


def _note(card: Card) -> str:
    said = _("扫码，或在浏览器打开 {address}，输入登录码并设置个人密码。").format(address=card.address)
    once = _("{until} 前有效，只能使用一次，请勿转交他人。").format(until=card.until)
    return together(said, once)
