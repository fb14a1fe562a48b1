"""Progress of scoring (评分进度): who has done how many, never how much; a sheet given back with a reason."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from panel.errors import InvalidInput, RuleBroken
from panel.language import _
from panel.rules.permissions import Action
from panel.rules.stages import Stage
from panel.services import sheets
from panel.web import boards, current, forms
from panel.web.access import allow
from panel.web.secretary import desk

blueprint = Blueprint("secretary_progress", __name__, url_prefix="/secretary/rounds/<code>/progress")

Page = str | Response | tuple[str, int]

MOST_REASON = 1000


@blueprint.get("")
@allow(Action.SEE_PROGRESS)
def index(code: str) -> str:
    """Counts, the grid of sheets, and the form to give one back."""
    return _index([])


@blueprint.get("/now")
@allow(Action.SEE_PROGRESS)
def now(code: str) -> str:
    """The counts and the grid as they are now, for the open page."""
    # A page that asks by itself is nobody at work: an unattended screen locks all the same.
    session.modified = False
    return render_template("secretary/_progress_now.html", code=code, **_board())


@blueprint.post("/return")
@allow(Action.RETURN_SHEET)
def give_back(code: str) -> Page:
    """Give a submitted sheet back to its expert."""
    current.close_reader()
    try:
        sheet = forms.text("sheet", _("评分表"), most=80)
        reason = forms.text("reason", _("退回理由"), most=MOST_REASON)
        expert, _bar, application = sheet.partition("/")
        sheets.return_sheet(
            current.office(),
            current.actor(),
            round_code=code,
            expert_number=expert,
            application_number=application,
            reason=reason,
        )
    except InvalidInput as refusal:
        return _index(desk.errors(refusal, {_("评分表"): "sheet", _("退回理由"): "reason"})), 422
    except RuleBroken as refusal:
        return _index([{"field": "sheet", "message": refusal.message}]), 409
    flash(_("{sheet} 已退回专家修改；原提交的封存记录保留。").format(sheet=sheet), "success")
    return redirect(url_for("secretary_progress.index", code=code), 303)


def _index(problems: list[dict[str, str]]) -> str:
    current.close_reader()
    return desk.page(
        "secretary/progress.html",
        problems=problems,
        typed=request.form if problems else {},
        chosen=request.form.get("sheet") or request.args.get("sheet", ""),
        **_board(),
    )


def _board() -> boards.Context:
    code, live = current.round_().code, current.round_().stage in (Stage.SCORING, Stage.CLOSED)
    return {
        "progress_url": url_for("secretary_progress.now", code=code) if live else "",
        "can_absent": desk.can(Action.MARK_ABSENT),
        **boards.progress_board(editable=desk.can(Action.RETURN_SHEET)),
    }
