"""Signatures (签名) at the secretary's desk: paper ones that came in, and the signed sheets after opening."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from panel.errors import InvalidInput
from panel.language import _
from panel.queries import prints
from panel.rules.permissions import Action
from panel.services import score_sheets, signatures
from panel.web import current, forms, receipts
from panel.web.access import allow
from panel.web.secretary import desk

blueprint = Blueprint("secretary_signatures", __name__, url_prefix="/secretary/rounds/<code>/signatures")

Page = str | Response | tuple[str, int]


@blueprint.get("")
@allow(Action.FILE_SIGNATURE)
def index(code: str) -> str:
    """The prints that are awaited and those that came in; after opening, every signed sheet."""
    return _page()


@blueprint.post("/<digest>")
@allow(Action.FILE_SIGNATURE)
def file(code: str, digest: str) -> Page:
    """Record that a print came in."""
    current.close_reader()
    try:
        words = forms.text("words", _("存放情况"), most=signatures.MAX_WORDS)
        signatures.file(current.office(), current.actor(), round_code=code, digest=digest, words=words)
    except InvalidInput as refusal:
        return _page(desk.errors(refusal), digest), 422
    flash(_("纸质签名已登记。"), "success")
    return redirect(url_for("secretary_signatures.index", code=code), 303)


@blueprint.get("/<expert>/<blind_code>.pdf")
@allow(Action.SEE_RESULT)
def paper(code: str, expert: str, blind_code: str) -> Response:
    """A signed sheet in the official form."""
    current.close_reader()
    made = score_sheets.of_expert(
        current.office(), current.actor(), code, expert, blind_code, receipts.address
    )
    return forms.file(made.name, made.data, "application/pdf")


def _page(problems: list[dict[str, str]] | None = None, digest: str = "") -> str:
    reader, round_ = current.reader(), current.round_()
    return desk.page(
        "secretary/signatures.html",
        prints=prints.of_round(reader, round_.id),
        sealed=prints.sealed(reader, round_.id) if desk.can(Action.SEE_RESULT) else [],
        endpoint="secretary_signatures.paper",
        problems=problems,
        refused=digest,
        typed=request.form,
    )
