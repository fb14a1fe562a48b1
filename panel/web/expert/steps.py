"""The chair (组长) as the second person: confirming or declining the step that a secretary proposed."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from panel.errors import InvalidInput, NotFound, RuleBroken
from panel.language import _
from panel.rules.permissions import Action
from panel.rules.stages import Stage
from panel.rules.steps import BlockerCode, Step
from panel.sentences import steps
from panel.services import accounts, desks, stages
from panel.services.desks import Desk
from panel.web import current, forms
from panel.web.access import allow
from panel.web.expert import seats

blueprint = Blueprint("expert_steps", __name__, url_prefix="/expert/rounds/<code>/steps")

Page = str | Response | tuple[str, int]


@blueprint.get("")
@allow(Action.SEE_OWN_QUEUE)
def index(code: str) -> str:
    """What waits for the chair."""
    return _page("")


@blueprint.post("/<int:proposal>/confirm")
@allow(Action.CONFIRM_STEP)
def confirm(code: str, proposal: int) -> Page:
    """Agree, which carries the step out; a final result asks for the password."""
    pending = _desk().pending
    office, actor = current.office(), current.actor()
    current.close_reader()
    try:
        if pending is not None and pending.step is Step.FINALIZE:
            accounts.confirm_password(office, actor, forms.secret("password"), Action.CONFIRM_STEP)
        stages.confirm(office, actor, code, proposal)
    except RuleBroken as refusal:
        return _page(_blind(refusal)), 409
    flash(_("已确认，操作生效。"), "success")
    return redirect(url_for("expert_steps.index", code=code), 303)


@blueprint.post("/<int:proposal>/decline")
@allow(Action.CONFIRM_STEP)
def decline(code: str, proposal: int) -> Page:
    """Decline with a reason: nothing is carried out."""
    _desk()
    try:
        reason = forms.text("reason", _("理由"), most=1000)
    except InvalidInput as refusal:
        return _page(forms.said(refusal.problems[0])), 422
    current.close_reader()
    try:
        stages.decline(current.office(), current.actor(), code, proposal, reason)
    except RuleBroken as refusal:
        return _page(refusal.message), 409
    flash(_("已退回给评审组秘书，未执行任何操作。"), "success")
    return redirect(url_for("expert_steps.index", code=code), 303)


def _blind(refusal: RuleBroken) -> str:
    """Why it was refused; what is in the way may name applications by number, which no expert is to see."""
    if refusal.code in set(BlockerCode):
        return _("还有事项没有办妥，目前不能进入下一环节。请退回，由评审组秘书核对后重新提交。")
    return refusal.message


def _desk() -> Desk:
    """The desk of the round; for anybody but the chair there is none."""
    if not seats.own().chair:
        raise NotFound("only the chair confirms")
    return desks.of(current.office(), current.reader(), current.round_().code, current.actor())


def _page(problem: str) -> str:
    current.close_reader()
    desk = _desk()
    pending = desk.pending if desk.pending and desk.pending.may_confirm else None
    return seats.page(
        "expert/steps.html",
        seats.own(),
        pending=pending,
        effect=steps.effect(pending.step) if pending else "",
        missing=_missing(desk),
        problem=problem,
        reason=request.form.get("reason", ""),
        final=current.round_().stage in (Stage.FINAL, Stage.ARCHIVED),
        Step=Step,
    )


def _missing(desk: Desk) -> list[tuple[str, int]]:
    """How many sheets of each expert are missing; for which applications is not the chair's to see."""
    sheets = [item for b in desk.blockers if b.code is BlockerCode.SHEETS_MISSING for item in b.items]
    return sorted(Counter(sheet.split("/")[0] for sheet in sheets).items())
