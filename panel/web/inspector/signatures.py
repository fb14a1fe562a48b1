"""The signed sheets (签名评分表) for the inspector once the seals are opened; each one taken is on record."""

from __future__ import annotations

from flask import Blueprint, Response

from panel.queries import prints
from panel.rules.permissions import Action
from panel.services import score_sheets, watching
from panel.web import current, forms, receipts
from panel.web.access import allow
from panel.web.inspector import desk

blueprint = Blueprint("inspector_signatures", __name__, url_prefix="/inspector/rounds/<code>/signatures")


@blueprint.get("")
@allow(Action.SEE_RESULT)
def index(code: str) -> str:
    """Every sealed sheet and how it was signed."""
    round_ = current.round_()
    sealed = prints.sealed(current.reader(), round_.id)
    current.close_reader()
    watching.round_(current.office(), current.actor(), round_.id, code)
    return desk.page("inspector/signatures.html", sealed=sealed, endpoint="inspector_signatures.paper")


@blueprint.get("/<expert>/<blind_code>.pdf")
@allow(Action.SEE_RESULT)
def paper(code: str, expert: str, blind_code: str) -> Response:
    """A signed sheet in the official form."""
    current.close_reader()
    made = score_sheets.of_expert(
        current.office(), current.actor(), code, expert, blind_code, receipts.address
    )
    return forms.file(made.name, made.data, "application/pdf")
