"""The analysis (评审分析) beside the opened result at the secretary's desk."""

from __future__ import annotations

from flask import Blueprint

from panel.errors import NotFound
from panel.queries import analyses
from panel.rules.permissions import Action
from panel.services import rankings
from panel.web import current
from panel.web.access import allow
from panel.web.analyses import context
from panel.web.secretary import desk

blueprint = Blueprint("secretary_analyses", __name__, url_prefix="/secretary/rounds/<code>/analysis")


@blueprint.get("")
@allow(Action.SEE_ANALYSIS)
def show(code: str) -> str:
    """The analysis of the newest result; that somebody looked at it is noted once a session."""
    view = analyses.of_round(current.reader(), desk.policy(), code)
    if view is None:
        raise NotFound("no result yet")
    current.close_reader()
    rankings.analysis_looked_at(current.office(), current.actor(), code)
    return desk.page("secretary/analysis.html", **context(view))
