"""Pages of material as images: the address tells a sheet's code, a place and a number, and nothing else."""

from __future__ import annotations

from flask import Blueprint, Response

from panel.rules.permissions import Action
from panel.services import leaves
from panel.web import current
from panel.web.access import allow

blueprint = Blueprint(
    "expert_leaves", __name__, url_prefix="/expert/rounds/<code>/sheets/<blind_code>/papers"
)


@blueprint.get("/<int:place>/<int:page>")
@allow(Action.SEE_OWN_SHEET)
def show(code: str, blind_code: str, place: int, page: int) -> Response:
    """One page; no browser keeps it."""
    current.close_reader()
    image = leaves.seen(
        current.office(), current.actor(), round_code=code, blind_code=blind_code, place=place, page=page
    )
    return Response(image, mimetype="image/webp")
