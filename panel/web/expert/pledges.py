"""The pledge that opens an expert's files."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from panel.language import _
from panel.rules.permissions import Action
from panel.services import pledges
from panel.web import current, forms
from panel.web.access import allow
from panel.web.expert import seats

blueprint = Blueprint("expert_pledges", __name__, url_prefix="/expert/rounds/<code>/pledge")


@blueprint.get("")
@allow(Action.TAKE_PLEDGE)
def form(code: str) -> str:
    """The texts, to be read and taken; or when they were taken."""
    return _page()


@blueprint.post("")
@allow(Action.TAKE_PLEDGE)
def take(code: str) -> str | Response | tuple[str, int]:
    """Take the pledge: both texts have to be ticked."""
    unticked = [name for name in ("confidentiality", "recusal") if not forms.ticked(name)]
    if unticked:
        return _page(unticked), 422
    current.close_reader()
    pledges.take(current.office(), current.actor(), round_code=code, digest=request.form.get("digest", ""))
    flash(_("承诺书已签署。"), "success")
    return redirect(url_for("expert_queue.index", code=code), 303)


def _page(unticked: list[str] | None = None) -> str:
    return seats.page(
        "expert/pledge.html", seats.own(), pledge=seats.policy().pledge, unticked=unticked or []
    )
