"""Rounds (评选批次) at the secretary's desk: the list, a new one, and the way from one stage to the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from panel.errors import InvalidInput, Problem, RuleBroken
from panel.language import N_, _
from panel.queries import dossiers, imports, rounds
from panel.rules.eligibility import Verdict
from panel.rules.permissions import Action, may
from panel.rules.stages import ORDER, Stage
from panel.rules.steps import LEADS_TO, NEEDS, BlockerCode, Step
from panel.sentences import blockers as sentences
from panel.sentences import steps
from panel.services import accounts, desks, stages
from panel.services import rounds as round_services
from panel.services.desks import Desk
from panel.vocabulary import term
from panel.web import current, forms
from panel.web.access import allow
from panel.web.secretary import desk

blueprint = Blueprint("secretary_rounds", __name__, url_prefix="/secretary")

Page = str | Response | tuple[str, int]

_MEND: Mapping[BlockerCode, tuple[str, str, Mapping[str, str]]] = {
    BlockerCode.NO_APPLICATIONS: ("secretary_imports.index", N_("去导入"), {}),
    BlockerCode.NOT_DECIDED: ("secretary_applications.index", N_("去审查"), {"verdict": "none"}),
    BlockerCode.NOT_COMPLETED: ("secretary_applications.index", N_("去处理"), {"verdict": "incomplete"}),
    BlockerCode.IDENTITY_WORDS: ("secretary_applications.index", N_("去处理"), {"found": "words"}),
    BlockerCode.MATERIAL_UNREVIEWED: ("secretary_materials.index", N_("去审查"), {"state": "waiting"}),
    BlockerCode.STATEMENT_MISSING: ("secretary_applications.index", N_("去补充"), {}),
    BlockerCode.PANEL_TOO_SMALL: ("secretary_panel.index", N_("去组建专家组"), {}),
    BlockerCode.DRAW_UNFINISHED: ("secretary_panel.index", N_("去完成抽取"), {}),
    BlockerCode.CONFLICT_UNDECIDED: ("secretary_conflicts.index", N_("去作出决定"), {}),
    BlockerCode.SHEETS_MISSING: ("secretary_progress.index", N_("查看进度"), {}),
    BlockerCode.NO_RESULT: ("secretary_results.show", N_("去计算"), {}),
    BlockerCode.RESULT_STALE: ("secretary_results.show", N_("去重新计算"), {}),
    BlockerCode.TIE_PENDING: ("secretary_results.show", N_("去投票"), {}),
}
"""Where each blocker is mended."""


@blueprint.get("/")
@allow(Action.SEE_ROUND)
def home() -> str:
    """All rounds, newest first, and a new one."""
    return _home([])


@blueprint.post("/rounds")
@allow(Action.CREATE_ROUND)
def create() -> Page:
    """Open a round."""
    labels = {_("批次代码"): "round_code", _("批次名称"): "title", _("申报截止日期"): "closes_on"}
    try:
        code = forms.text("round_code", _("批次代码"), most=20)
        title = forms.text("title", _("批次名称"), most=100)
        closes_on = _day("closes_on", _("申报截止日期"))
        round_services.create(current.office(), current.actor(), code, title, closes_on)
    except InvalidInput as refusal:
        return _home(desk.errors(refusal, labels)), 422
    except RuleBroken as refusal:
        field = "closes_on" if refusal.code == "out_of_validity" else "round_code"
        return _home([{"field": field, "message": refusal.message}]), 409
    flash(_("批次已设立。下一步：导入申报工作簿。"), "success")
    return redirect(url_for("secretary_rounds.page", code=code), 303)


@blueprint.get("/rounds/<code>/")
@allow(Action.SEE_ROUND)
def page(code: str) -> str:
    """Where the round stands, what is next and what blocks it."""
    return _page(code, "")


def _take(code: str, step: Step) -> Page:
    """Take a step, or propose it; a refusal is shown on the round's page."""
    office, actor = current.office(), current.actor()
    reason = forms.text("reason", _("理由"), required=False)
    current.close_reader()
    try:
        proposal = stages.take(office, actor, code, step, reason)
    except RuleBroken as refusal:
        return _page(code, refusal.message), 409
    if proposal is None:
        flash(_("已进入“{stage}”环节。").format(stage=term(LEADS_TO[step])), "success")
    else:
        flash(_("已提交确认，等待第二人确认后生效。"), "success")
    return redirect(url_for("secretary_rounds.page", code=code), 303)


@blueprint.post("/rounds/<code>/open-scoring")
@allow(Action.OPEN_SCORING)
def open_scoring(code: str) -> Page:
    """Let the experts begin."""
    return _take(code, Step.OPEN_SCORING)


@blueprint.post("/rounds/<code>/close-scoring")
@allow(Action.CLOSE_SCORING)
def close_scoring(code: str) -> Page:
    """End the scoring."""
    return _take(code, Step.CLOSE_SCORING)


@blueprint.post("/rounds/<code>/open-seals")
@allow(Action.OPEN_SEALS)
def open_seals(code: str) -> Page:
    """Open all sealed sheets at once."""
    return _take(code, Step.OPEN_SEALS)


@blueprint.post("/rounds/<code>/proposals/<int:proposal>/confirm")
@allow(Action.CONFIRM_STEP)
def confirm(code: str, proposal: int) -> Page:
    """Agree to what another secretary proposed, before a chair is elected."""
    office, actor = current.office(), current.actor()
    pending = desks.of(office, current.reader(), code, actor).pending
    current.close_reader()
    try:
        if pending is not None and pending.step is Step.FINALIZE:
            accounts.confirm_password(office, actor, forms.secret("password"), Action.CONFIRM_STEP)
        stages.confirm(office, actor, code, proposal)
    except RuleBroken as refusal:
        return _page(code, refusal.message), 409
    flash(_("已确认，操作生效。"), "success")
    return redirect(url_for("secretary_rounds.page", code=code), 303)


@blueprint.post("/rounds/<code>/proposals/<int:proposal>/decline")
@allow(Action.CONFIRM_STEP)
def decline(code: str, proposal: int) -> Page:
    """Decline what another secretary proposed, or take one's own proposal back."""
    try:
        reason = forms.text("reason", _("理由"), most=1000)
    except InvalidInput as refusal:
        return _page(code, desk.errors(refusal)[0]["message"]), 422
    current.close_reader()
    try:
        stages.decline(current.office(), current.actor(), code, proposal, reason)
    except RuleBroken as refusal:
        return _page(code, refusal.message), 409
    flash(_("已退回，未执行任何操作。"), "success")
    return redirect(url_for("secretary_rounds.page", code=code), 303)


def _day(name: str, label: str) -> date:
    typed = forms.text(name, label)
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise InvalidInput(Problem(label, typed[:20], _("请选择日期，例如 2026-08-28。"))) from None


def _home(problems: list[dict[str, str]]) -> str:
    policy = current.office().policy
    viewer = current.viewer()
    return render_template(
        "secretary/rounds.html",
        rounds=rounds.everyone(current.reader()),
        problems=problems,
        entered={name: request.form.get(name, "") for name in ("round_code", "title", "closes_on")},
        may_create=viewer is not None and may(Action.CREATE_ROUND, viewer.role),
        regulation=policy.regulation,
        valid_from=policy.valid_from,
        valid_until=policy.valid_until,
        Stage=Stage,
    )


def _page(code: str, problem: str) -> str:
    current.close_reader()
    reader, round_ = current.reader(), rounds.by_code(current.reader(), code)
    assert round_ is not None
    found = desks.of(current.office(), reader, code, current.actor())
    listed = dossiers.lines(reader, desk.policy(), round_.id, round_.closes_on)
    return desk.page(
        "secretary/round.html",
        round=round_,
        desk=found,
        rail=[(stage.value, term(stage)) for stage in ORDER],
        checklist=_checklist(found, code),
        effect=steps.effect(found.pending.step if found.pending else found.step) if found.step else "",
        step_action=_step_action(found, code),
        may_take=found.step is not None and desk.can(NEEDS[found.step]),
        forced=[b for b in found.blockers if b.code is BlockerCode.SHEETS_MISSING],
        problem=problem,
        reason=request.form.get("reason", ""),
        listed=[line for line in listed if not line.withdrawn],
        left_over=[] if desk.can(Action.IMPORT) else imports.waiting(reader, round_.id),
        counts=dossiers.counts(listed),
        Verdict=Verdict,
        Step=Step,
        leads_to=LEADS_TO,
    )


def _step_action(found: Desk, code: str) -> str:
    """Where the step is taken: finalising happens where the result is looked at."""
    if found.step is None:
        return ""
    if found.step is Step.FINALIZE:
        return url_for("secretary_results.show", code=code)
    return url_for(f"secretary_rounds.{found.step.value}", code=code)


def _checklist(found: Desk, code: str) -> list[dict[str, str]]:
    """What blocks the next step, each with the link that mends it; what is not in the way counts as done."""
    blocked = {blocker.code for blocker in found.blockers}
    items = []
    for blocker in found.blockers:
        endpoint, link, found_by = _MEND.get(blocker.code, ("", "", {}))
        item = {
            "state": "block",
            "text": sentences.sentence(blocker.code, blocker.items),
            "detail": sentences.detail(blocker.code, blocker.items),
        }
        if endpoint and desk.there(endpoint):
            href = url_for(endpoint, code=code)
            item |= {"href": f"{href}?{urlencode(found_by)}" if found_by else href, "link": _(link)}
        items.append(item)
    passed = () if BlockerCode.NO_APPLICATIONS in blocked else sentences.checked(found.step)
    done = [{"state": "done", "text": sentences.done(check)} for check in passed if check not in blocked]
    return items + done
