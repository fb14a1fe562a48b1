"""Receipts (回执) for whoever holds one: checked against the trail without signing in."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from panel.errors import NotFound
from panel.queries import receipts
from panel.queries.receipts import Match, Standing
from panel.queries.trail import Kept
from panel.rules.receipts import FIELDS, Receipt, read_receipt
from panel.web import current
from panel.web.access import public

blueprint = Blueprint("public_receipts", __name__, url_prefix="/receipt")


@blueprint.get("")
@public
def show() -> str | tuple[str, int]:
    """The form; with a receipt in the address, what the trail says of it."""
    text = _text()
    if not text:
        return _page("", None)
    try:
        receipt = read_receipt(text)
    except ValueError:
        return _page(text, None, unread=True), 422
    return _page(text, receipt)


@blueprint.get("/proof")
@public
def proof() -> Response:
    """The proof to keep, in the form that other programs read."""
    try:
        receipt = read_receipt(_text())
    except ValueError:
        raise NotFound("no receipt") from None
    answer = Response(receipts.proof(current.reader(), receipt), mimetype="text/plain")
    answer.headers.set("Content-Disposition", "attachment", filename=f"receipt-{receipt.entry}.tlog-proof")
    return answer


def _text() -> str:
    """What was typed; else what the address of a QR code holds."""
    typed = request.args.get("receipt", "").strip()
    given = ((name, request.args.get(name, "")) for name in FIELDS)
    return typed or " ".join(f"{name}={value}" for name, value in given if value)


def _page(text: str, receipt: Receipt | None, *, unread: bool = False) -> str:
    return render_template(
        "public/receipt.html",
        text=receipt.text if receipt else text,
        unread=unread,
        receipt=receipt,
        found=receipts.check(current.reader(), receipt) if receipt else None,
        now=current.office().clock(),
        Match=Match,
        Standing=Standing,
        Kept=Kept,
    )
