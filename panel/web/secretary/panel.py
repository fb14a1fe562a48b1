"""The panel (专家组): its members, the draw in two steps, selection by hand, the chair, the absent."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from panel.errors import InvalidInput, NotFound, RuleBroken
from panel.language import _, together
from panel.queries import draws as drawn
from panel.queries import panelists as seats
from panel.queries.draws import Candidate, DrawView
from panel.queries.panelists import PoolExpert
from panel.rules.draws import ExclusionReason
from panel.rules.permissions import Action
from panel.sentences.conflicts import sentence
from panel.services import draws, panelists
from panel.vocabulary import term
from panel.web import boards, current, forms
from panel.web.access import allow
from panel.web.secretary import desk

blueprint = Blueprint("secretary_panel", __name__, url_prefix="/secretary/rounds/<code>/panel")

Page = str | Response | tuple[str, int]

MOST_REASON = 1000
_DRAW = "secretary_panel.draw"


@blueprint.get("")
@allow(Action.SEE_EXPERTS)
def index(code: str) -> str:
    """Members, draws, and what can still be done."""
    return _index([])


@blueprint.get("/members/<number>")
@allow(Action.SEE_EXPERTS)
def member(code: str, number: str) -> str:
    """One member: chair, absence, removal."""
    return _member(number, [])


@blueprint.post("/members")
@allow(Action.COMPOSE_PANEL)
def select(code: str) -> Page:
    """Put an expert on the panel by hand."""

    def act() -> None:
        number = forms.text("expert", _("专家"), most=40)
        reason = forms.text("reason", _("选定理由"), most=MOST_REASON)
        panelists.select_by_hand(current.office(), current.actor(), code, number, reason)

    return _done(act, _index, _("已选定。该专家标明为人工选定，并已检索利益冲突。"))


@blueprint.post("/members/<number>/chair")
@allow(Action.COMPOSE_PANEL)
def chair(code: str, number: str) -> Page:
    """Note whom the members elected."""
    current.close_reader()
    panelists.name_chair(current.office(), current.actor(), code, number)
    flash(_("组长已登记。"), "success")
    return _home(code)


@blueprint.post("/members/<number>/remove")
@allow(Action.COMPOSE_PANEL)
def remove(code: str, number: str) -> Page:
    """Take a member off the panel before scoring."""

    def act() -> None:
        reason = forms.text("remove_reason", _("移出理由"), most=MOST_REASON)
        panelists.remove(current.office(), current.actor(), code, number, reason)

    return _done(act, lambda problems: _member(number, problems), _("已移出专家组，理由已留痕。"))


@blueprint.post("/members/<number>/absent")
@allow(Action.MARK_ABSENT)
def absent(code: str, number: str) -> Page:
    """Note that a member takes no part any more."""

    def act() -> None:
        reason = forms.text("absent_reason", _("缺席理由"), most=MOST_REASON)
        panelists.mark_absent(current.office(), current.actor(), code, number, reason)

    return _done(act, lambda problems: _member(number, problems), _("已登记缺席，理由已留痕。"))


@blueprint.get("/draws/new")
@allow(Action.COMPOSE_PANEL)
def new(code: str) -> str:
    """The form that fixes who may be drawn."""
    return _new([])


@blueprint.post("/draws")
@allow(Action.COMPOSE_PANEL)
def prepare(code: str) -> Page:
    """Fix and log the pool; no seed exists yet."""
    listed = drawn.candidates(current.reader(), desk.policy(), current.round_())
    current.close_reader()
    try:
        size = forms.number("size", _("抽取人数"), least=1)
        reason = forms.text("reason", _("重新抽取的理由"), required=False, most=MOST_REASON)
        draws.prepare(current.office(), current.actor(), code, size, _exclusions(listed), reason)
    except InvalidInput as refusal:
        labels = {_("抽取人数"): "size", _("理由"): "reason"}
        labels |= {candidate.number: f"note-{candidate.number}" for candidate in listed}
        return _new(desk.errors(refusal, labels)), 422
    except RuleBroken as refusal:
        return _new([{"field": "size", "message": refusal.message}]), 409
    flash(_("抽取名单已固定并写入留痕。现在可以生成随机种子。"), "success")
    attempt = drawn.waiting(current.reader(), current.round_().id)
    return redirect(url_for(_DRAW, code=code, attempt=attempt), 303)


@blueprint.get("/draws/<int:attempt>")
@allow(Action.SEE_EXPERTS)
def draw(code: str, attempt: int) -> str:
    """One draw, and how anybody repeats it."""
    return desk.page("secretary/draw.html", **boards.draw(attempt, editable=desk.can(Action.COMPOSE_PANEL)))


@blueprint.post("/draws/<int:attempt>/hold")
@allow(Action.COMPOSE_PANEL)
def hold(code: str, attempt: int) -> Page:
    """Make the seed and seat those drawn."""
    several = drawn.of_round(current.reader(), current.round_().id)
    wanted = next((one for one in several if one.attempt == attempt), None)
    if wanted is None:
        raise NotFound("no such draw")
    current.close_reader()
    draws.hold(current.office(), current.actor(), wanted.id)
    flash(_("抽取完成。利益冲突已按资料检索，请逐条作出决定。"), "success")
    return redirect(url_for(_DRAW, code=code, attempt=attempt), 303)


def _exclusions(listed: list[Candidate]) -> dict[str, tuple[ExclusionReason, str]]:
    """Who is left out, as the form says; the others stay in the pool."""
    chosen = {}
    for candidate in listed:
        why = request.form.get(f"why-{candidate.number}", "")
        if why in set(ExclusionReason):
            note = request.form.get(f"note-{candidate.number}", "").strip()
            chosen[candidate.number] = (ExclusionReason(why), note)
    return chosen


def _index(problems: list[dict[str, str]]) -> str:
    current.close_reader()
    pool = seats.pool(current.reader(), current.round_().id, current.office().clock())
    return desk.page(
        "secretary/panel.html",
        free=[_choice(one) for one in pool if not one.on_panel],
        pool=pool,
        manage=desk.can(Action.MARK_ABSENT),
        problems=problems,
        typed=request.form if problems else {},
        **boards.panel(_DRAW, editable=desk.can(Action.COMPOSE_PANEL)),
    )


def _choice(expert: PoolExpert) -> tuple[str, str]:
    plain = expert.plain
    return plain.number, f"{plain.number} {plain.name}" + _("（{}）").format(plain.employer)


def _member(number: str, problems: list[dict[str, str]]) -> str:
    current.close_reader()
    return desk.page(
        "secretary/member.html",
        member=boards.member(number),
        problems=problems,
        typed=request.form if problems else {},
    )


def _new(problems: list[dict[str, str]]) -> str:
    current.close_reader()
    reader, round_ = current.reader(), current.round_()
    candidates = drawn.candidates(reader, desk.policy(), round_)
    attempts = drawn.of_round(reader, round_.id)
    return desk.page(
        "secretary/draw_new.html",
        candidates=candidates,
        by_hand=sum(candidate.by_hand for candidate in candidates),
        attempts=attempts,
        policy=desk.policy(),
        proposals={one.number: _proposal(one, attempts) for one in candidates},
        reasons=[("", _("列入抽取名单")), *((why.value, term(why)) for why in ExclusionReason)],
        sentence=sentence,
        problems=problems,
        typed=request.form if problems else None,
        explained=draws.EXPLAINED,
    )


def _proposal(candidate: Candidate, attempts: list[DrawView]) -> tuple[str, str]:
    """What the form proposes for an expert: why to leave out, and what it rests on; at first as last time."""
    before = attempts[0].pool.exclusions if attempts else ()
    for out in before:
        if out.expert == candidate.number:
            return out.reason.value, out.note
    if candidate.proposed is None:
        return "", ""
    said = [sentence(one.code, one.rests_on, one.strength) for one in candidate.conflicts]
    return candidate.proposed.value, together(*said) or _("已决定对本批次全部申报回避。")


def _done(act: Callable[[], None], again: Callable[[list[dict[str, str]]], str], said: str) -> Page:
    """Do it and go back to the panel; what was refused is shown with what was typed."""
    current.close_reader()
    try:
        act()
    except InvalidInput as refusal:
        labels = {
            _("专家"): "expert",
            _("选定理由"): "reason",
            _("移出理由"): "remove_reason",
            _("缺席理由"): "absent_reason",
        }
        return again(desk.errors(refusal, labels)), 422
    except RuleBroken as refusal:
        return again([{"field": "", "message": refusal.message}]), 409
    flash(said, "success")
    return _home(current.round_().code)


def _home(code: str) -> Response:
    return redirect(url_for("secretary_panel.index", code=code), 303)
