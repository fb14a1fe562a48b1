"""The panel (评审专家组) under inspection: who sits on it, how it was drawn, conflicts and recusals."""

from __future__ import annotations

from flask import Blueprint

from panel.queries import eligibility
from panel.rules.permissions import Action
from panel.services import watching
from panel.web import boards, current
from panel.web.access import allow
from panel.web.inspector import desk

blueprint = Blueprint("inspector_panelists", __name__, url_prefix="/inspector/rounds/<code>/panel")


@blueprint.get("")
@allow(Action.SEE_EXPERTS)
def index(code: str) -> str:
    """Members, draws repeated on the spot, and conflicts once everybody may be named."""
    round_ = current.round_()
    watching.round_(current.office(), current.actor(), round_.id, code)
    decided = None not in eligibility.verdicts(current.reader(), round_.id).values()
    return desk.page(
        "inspector/panelists.html",
        board=boards.conflict_board(editable=False) if decided else None,
        **boards.panel("inspector_panelists.draw", editable=False),
    )


@blueprint.get("/draws/<int:attempt>")
@allow(Action.SEE_EXPERTS)
def draw(code: str, attempt: int) -> str:
    """One draw as anybody can repeat it."""
    board = boards.draw(attempt, editable=False)
    watching.round_(current.office(), current.actor(), current.round_().id, code)
    return desk.page("inspector/draw.html", **board)
