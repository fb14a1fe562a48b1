"""Conflicts of interest (利益冲突) and recusals (回避): looked for, shown, decided one by one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from panel.errors import InvalidInput, Problem, RuleBroken
from panel.language import _, together
from panel.queries import conflicts as known
from panel.queries import panelists as seats
from panel.queries.conflicts import ConflictView
from panel.rules.applicants import applicants
from panel.rules.conflicts import Reach
from panel.rules.permissions import Action
from panel.rules.recusals import Aftermath
from panel.rules.stages import Stage, reached
from panel.sentences.conflicts import sentence
from panel.services import recusals
from panel.vocabulary import term
from panel.web import boards, current, forms
from panel.web.access import allow
from panel.web.secretary import desk

blueprint = Blueprint("secretary_conflicts", __name__, url_prefix="/secretary/rounds/<code>/conflicts")

Page = str | Response | tuple[str, int]
Problems = list[dict[str, str]]

MOST_REASON = 1000
_SEPARATOR = "|"


@blueprint.get("")
@allow(Action.SEE_EXPERTS)
def index(code: str) -> str:
    """What waits for a decision, who against what, and what was decided."""
    board = boards.conflict_board(editable=desk.can(Action.DECIDE_RECUSAL))
    # No sheet comes back: once scoring is open, a recusal stands.
    return desk.page("secretary/conflicts.html", can_lift=current.round_().stage is Stage.SETUP, **board)


@blueprint.post("/find")
@allow(Action.DECIDE_RECUSAL)
def find(code: str) -> Response:
    """Look for conflicts in the data."""
    current.close_reader()
    new = recusals.find(current.office(), current.actor(), code)
    said = (
        _("检索完成，新记录 {count} 条利益冲突，请逐条作出决定。").format(count=new)
        if new
        else _("检索完成，没有新的利益冲突。")
    )
    flash(said, "success")
    return _home(code)


@blueprint.get("/<int:conflict>")
@allow(Action.SEE_EXPERTS)
def one(code: str, conflict: int) -> str:
    """One conflict: what it rests on, what follows, and the decision."""
    return _one(conflict, [])


@blueprint.post("/<int:conflict>")
@allow(Action.DECIDE_RECUSAL)
def decide(code: str, conflict: int) -> Page:
    """Decide on a conflict on record."""
    view = boards.conflict(conflict)
    current.close_reader()
    try:
        recused = forms.choice("recused", _("是否回避"), ("yes", "no")) == "yes"
        reach, target = _object() if recused else (view.reach, view.target)
        aftermath = recusals.decide(
            current.office(),
            current.actor(),
            code,
            view.expert,
            reach,
            target,
            recused,
            forms.text("reason", _("理由"), most=MOST_REASON),
            conflict,
        )
    except InvalidInput as refusal:
        return _one(conflict, desk.errors(refusal, _labels())), 422
    except RuleBroken as refusal:
        return _one(conflict, [{"field": "", "message": refusal.message}]), 409
    return _decided(code, aftermath, recused)


@blueprint.get("/new")
@allow(Action.DECIDE_RECUSAL)
def new(code: str) -> str:
    """The form for a recusal without a conflict on record."""
    return _new([])


@blueprint.post("/new")
@allow(Action.DECIDE_RECUSAL)
def recuse(code: str) -> Page:
    """Recuse an expert without a conflict on record."""
    current.close_reader()
    try:
        expert = forms.text("expert", _("专家"), most=40)
        reach, target = _object()
        reason = forms.text("reason", _("理由"), most=MOST_REASON)
        aftermath = recusals.decide(
            current.office(), current.actor(), code, expert, reach, target, True, reason
        )
    except InvalidInput as refusal:
        return _new(desk.errors(refusal, _labels())), 422
    return _decided(code, aftermath, True)


@blueprint.get("/decisions/<int:decision>/lift")
@allow(Action.DECIDE_RECUSAL)
def lifting(code: str, decision: int) -> str:
    """The form that takes a recusal back."""
    return _lifting(decision, [])


@blueprint.post("/decisions/<int:decision>/lift")
@allow(Action.DECIDE_RECUSAL)
def lift(code: str, decision: int) -> Page:
    """Take a recusal back before scoring."""
    was = boards.decision(decision)
    current.close_reader()
    try:
        reason = forms.text("reason", _("理由"), most=MOST_REASON)
        recusals.decide(
            current.office(), current.actor(), code, was.expert, was.reach, was.target, False, reason
        )
    except InvalidInput as refusal:
        return _lifting(decision, desk.errors(refusal, _labels())), 422
    except RuleBroken as refusal:
        return _lifting(decision, [{"field": "", "message": refusal.message}]), 409
    flash(_("回避决定已撤销，理由已留痕。"), "success")
    return _home(code)


def _object() -> tuple[Reach, str]:
    """What the recusal is from, as the form names it."""
    reach, _bar, target = request.form.get("object", "").partition(_SEPARATOR)
    if reach not in set(Reach):
        raise InvalidInput(Problem(_("回避对象"), "", _("请选择一项。")))
    return Reach(reach), target


def _labels() -> dict[str, str]:
    return {
        _("是否回避"): "recused",
        _("回避对象"): "object",
        _("专家"): "expert",
        _("理由"): "reason",
    }


def _one(conflict_id: int, problems: Problems) -> str:
    current.close_reader()
    view = boards.conflict(conflict_id)
    area = known.scope(current.reader(), current.round_().id)
    units = [unit for unit in applicants(area.entered, area.studios) if _touches(unit.unit, view, area)]
    objects = [_option(area, Reach.UNIT, unit.unit) for unit in units]
    objects += [_option(area, Reach.APPLICATION, number) for number in view.judged]
    objects.append(_option(area, Reach.ROUND, ""))
    return _form(
        "secretary/recusal.html",
        problems,
        view=view,
        objects=objects,
        proposed=_key(view.reach, view.target),
        sheets=_sheets(view.expert),
        sentence=sentence,
    )


def _new(problems: Problems) -> str:
    current.close_reader()
    round_ = current.round_()
    area = known.scope(current.reader(), round_.id)
    units = [unit.unit for unit in applicants(area.entered, area.studios)]
    objects = [_option(area, Reach.UNIT, unit) for unit in units if area.matters(Reach.UNIT, unit)]
    objects += [_option(area, Reach.APPLICATION, number) for number in area.judged(Reach.ROUND, "")]
    objects.append(_option(area, Reach.ROUND, ""))
    members = seats.of_round(current.reader(), round_.id)
    return _form(
        "secretary/recusal.html",
        problems,
        view=None,
        experts=[("", _("请选择")), *((one.number, f"{one.number} {one.name}") for one in members)],
        objects=[("", _("请选择")), *objects],
        proposed="",
        sheets={},
        expert=request.args.get("expert", ""),
    )


def _lifting(decision_id: int, problems: Problems) -> str:
    current.close_reader()
    return desk.page(
        "secretary/lift.html",
        problems=problems,
        typed=request.form if problems else {},
        decision=boards.decision(decision_id),
    )


def _form(template: str, problems: Problems, **context: Any) -> str:
    stage = current.round_().stage
    return desk.page(
        template,
        problems=problems,
        typed=request.form if problems else {},
        late=reached(stage, Stage.SCORING),
        opened=reached(stage, Stage.OPENED),
        editable=desk.can(Action.DECIDE_RECUSAL),
        **context,
    )


def _touches(unit: str, view: ConflictView, area: known.Scope) -> bool:
    return view.reach is not Reach.ROUND and not set(area.covers(Reach.UNIT, unit)).isdisjoint(view.covers)


def _option(area: known.Scope, reach: Reach, target: str) -> tuple[str, str]:
    """A choice of the form: what a recusal can be from, and the applications that this covers."""
    numbers = _("、").join(area.judged(reach, target))
    words = {
        Reach.UNIT: _("申报单位“{target}”的全部申报（{numbers}）"),
        Reach.APPLICATION: _("仅 {numbers} 一项"),
        Reach.ROUND: _("本批次全部申报"),
    }
    return _key(reach, target), words[reach].format(target=target, numbers=numbers)


def _key(reach: Reach, target: str) -> str:
    return f"{reach.value}{_SEPARATOR}{target}"


def _sheets(expert: str) -> dict[str, str]:
    """How far the expert's sheets have come, by application."""
    lines = seats.sheets(current.reader(), current.round_().id)
    return {number: term(line.state) for (owner, number), line in sorted(lines.items()) if owner == expert}


def _decided(code: str, aftermath: Aftermath, recused: bool) -> Response:
    said = _("回避决定已记录。") if recused else _("已决定不回避，理由已留痕。")
    void = _("{numbers} 的评分表已作废，保留备查，不计入结果。").format(
        numbers=_("、").join(sorted(aftermath.void))
    )
    flash(together(said, void) if aftermath.void else said, "success")
    if aftermath.recompute:
        flash(_("评分已启封，结果须重新计算后才能确认。"), "action")
    return _home(code)


def _home(code: str) -> Response:
    return redirect(url_for("secretary_conflicts.index", code=code), 303)
