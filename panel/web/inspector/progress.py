"""Progress of scoring (评分进度) under inspection: who has done how many, never how much."""

from __future__ import annotations

from flask import Blueprint, render_template, session, url_for

from panel.rules.permissions import Action
from panel.rules.stages import Stage
from panel.services import watching
from panel.web import boards, current
from panel.web.access import allow
from panel.web.inspector import desk

blueprint = Blueprint("inspector_progress", __name__, url_prefix="/inspector/rounds/<code>/progress")


@blueprint.get("")
@allow(Action.SEE_PROGRESS)
def index(code: str) -> str:
    """Counts and the grid of sheets, kept new on the open page until the seals are opened."""
    round_ = current.round_()
    watching.round_(current.office(), current.actor(), round_.id, code)
    live = round_.stage in (Stage.SCORING, Stage.CLOSED)
    return desk.page(
        "inspector/progress.html",
        progress_url=url_for("inspector_progress.now", code=code) if live else "",
        **boards.progress_board(editable=False),
    )


@blueprint.get("/now")
@allow(Action.SEE_PROGRESS)
def now(code: str) -> str:
    """The counts and the grid as they are now."""
    # A page that asks by itself is nobody at work: an unattended screen locks all the same.
    session.modified = False
    return render_template("secretary/_progress_now.html", code=code, **boards.progress_board(editable=False))
