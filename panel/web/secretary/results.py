"""The opened result (评审结果): looking at it, settling its ties, confirming it, handing it out."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, request, send_file, url_for
from werkzeug.wrappers import Response

from panel.errors import InvalidInput, NotFound, Problem, RuleBroken
from panel.language import _
from panel.queries import results
from panel.queries.results import ResultView, TieView
from panel.rules.permissions import Action
from panel.rules.stages import Stage
from panel.rules.steps import Step
from panel.rules.votes import Ballot
from panel.services import accounts, exports, rankings, stages
from panel.web import current, forms
from panel.web.access import allow
from panel.web.secretary import desk

blueprint = Blueprint("secretary_results", __name__, url_prefix="/secretary/rounds/<code>/result")

Page = str | Response | tuple[str, int]


@blueprint.get("")
@allow(Action.SEE_RESULT)
def show(code: str) -> Page:
    """The newest result; that somebody looked at it is noted once a session."""
    view = _view(code)
    current.close_reader()
    rankings.looked_at(current.office(), current.actor(), code)
    return _page(view)


@blueprint.post("/compute")
@allow(Action.COMPUTE_RESULT)
def compute(code: str) -> Page:
    """Compute anew, after a decision that changed what the result rests on."""
    rankings.compute(current.office(), current.actor(), code)
    flash(_("已重新计算，此前的计算结果仍然留存。"), "success")
    return _back(code)


@blueprint.post("/votes")
@allow(Action.RECORD_VOTE)
def vote(code: str) -> Page:
    """Record the named vote on a tie, or the chair's decision."""
    view = _view(code)
    tie = _tie(view)
    current.close_reader()
    try:
        rankings.record_vote(
            current.office(),
            current.actor(),
            code,
            tie.pending.tie,
            _ballots(tie),
            tuple(request.form.getlist("chair-choice")),
            request.form.get("chair-reason", "").strip(),
        )
    except InvalidInput as error:
        return _page(view, wrong_tie=tie.key, problems=[_problem(problem) for problem in error.problems]), 422
    flash(_("记名投票已登记，名次已重新计算。"), "success")
    return _back(code)


@blueprint.post("/no-votes")
@allow(Action.RECORD_VOTE)
def no_vote(code: str) -> Page:
    """Record that nobody may vote on a tie."""
    view = _view(code)
    tie = _tie(view)
    current.close_reader()
    reason = request.form.get("no-vote-reason", "")
    try:
        rankings.record_no_vote(current.office(), current.actor(), code, tie.pending.tie, reason)
    except InvalidInput as error:
        lacking = [{"field": "no-vote-reason", "message": problem.remedy} for problem in error.problems]
        return _page(view, wrong_tie=tie.key, problems=lacking), 422
    flash(_("已登记无人可以投票，名次已重新计算。"), "success")
    return _back(code)


@blueprint.post("/final")
@allow(Action.FINALIZE)
def finalise(code: str) -> Page:
    """Confirm the result with the password; where two persons decide, ask for the second."""
    actor, office = current.actor(), current.office()
    view = _view(code)
    current.close_reader()
    try:
        accounts.confirm_password(office, actor, forms.secret("password"), Action.FINALIZE)
    except RuleBroken as refusal:
        return _page(view, wrong_password=refusal.message), 422
    if stages.take(office, actor, code, Step.FINALIZE) is None:
        flash(_("评审结果已确认，不可更改。"), "success")
    else:
        flash(_("已提请第二人确认；对方确认后结果生效。"), "success")
    return _back(code)


@blueprint.get("/workbook")
@allow(Action.EXPORT_RESULT)
def workbook(code: str) -> Response:
    """The result workbook; its digest goes on record."""
    current.close_reader()
    exported = exports.result(current.office(), current.actor(), code)
    return send_file(
        io.BytesIO(exported.data), mimetype=exports.XLSX, as_attachment=True, download_name=exported.name
    )


def _view(code: str) -> ResultView:
    reader = current.reader()
    policy = current.office().policy_named(reader, current.round_().policy_digest)
    view = results.of_round(reader, policy, code)
    if view is None:
        raise NotFound("no result yet")
    return view


def _tie(view: ResultView) -> TieView:
    """The tie that the form is about."""
    for tie in view.ties:
        if tie.key == request.form.get("tie"):
            return tie
    raise NotFound("no such tie")


def _page(
    view: ResultView,
    *,
    wrong_tie: str = "",
    problems: Sequence[Mapping[str, str]] = (),
    wrong_password: str = "",
) -> str:
    return desk.page(
        "secretary/result.html",
        view=view,
        given=request.form,
        wrong_tie=wrong_tie,
        problems=problems,
        wrong_password=wrong_password,
        Stage=Stage,
    )


def _problem(problem: Problem) -> dict[str, str]:
    """A fault of a vote, leading to the voter whom it names."""
    named = [word for word in f"{problem.where} {problem.value}".split() if f"choice-{word}" in request.form]
    missing = f"choice-{problem.value}"
    field = f"reason-{named[0]}" if named else missing
    said = _("{where}：{remedy}").format(where=f"{problem.where} {problem.value}", remedy=problem.remedy)
    return {"field": field, "message": said}


def _ballots(tie: TieView) -> tuple[Ballot, ...]:
    """One ballot a voter, as far as a choice was made; what is missing the service names."""
    cast = (
        Ballot(
            voter.number,
            request.form.get(f"choice-{voter.number}", ""),
            request.form.get(f"reason-{voter.number}", "").strip(),
        )
        for voter in tie.voters
    )
    return tuple(ballot for ballot in cast if ballot.application)


def _back(code: str) -> Response:
    return redirect(url_for("secretary_results.show", code=code), 303)
