"""The panel (评审专家组) under inspection: how it was drawn, who sits on it, conflicts and recusals."""

from __future__ import annotations

from flask import Blueprint

from panel.queries import conflicts, draws, panelists
from panel.rules.permissions import Action
from panel.web import current
from panel.web.access import allow
from panel.web.inspector import desk

blueprint = Blueprint("inspector_panelists", __name__, url_prefix="/inspector/rounds/<code>/panel")


@blueprint.get("")
@allow(Action.SEE_EXPERTS)
def index(code: str) -> str:
    """Members, draws repeated on the spot, the matrix of conflicts, and every decision with its reason."""
    reader, round_id = current.reader(), current.round_().id
    return desk.page(
        "inspector/panelists.html",
        members=panelists.of_round(reader, round_id),
        draws=draws.of_round(reader, round_id),
        faults=draws.faults(reader, round_id),
        matrix=conflicts.matrix(reader, round_id),
        conflicts=conflicts.of_round(reader, round_id),
        decisions=conflicts.decisions(reader, round_id),
    )
