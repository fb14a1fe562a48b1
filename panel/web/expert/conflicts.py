"""Declaring conflicts of interest, on a list of names that carries no code and no title."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from panel.errors import InvalidInput, RuleBroken
from panel.language import _
from panel.queries import blind
from panel.rules.experts import RelationKind
from panel.rules.permissions import Action
from panel.services import pledges
from panel.vocabulary import term
from panel.web import current, forms
from panel.web.access import allow
from panel.web.expert import seats

blueprint = Blueprint("expert_conflicts", __name__, url_prefix="/expert/rounds/<code>/conflicts")


@blueprint.get("")
@allow(Action.DECLARE_CONFLICT)
def index(code: str) -> str:
    """The list of names, the form, and what was declared so far."""
    return _page([])


@blueprint.post("")
@allow(Action.DECLARE_CONFLICT)
def declare(code: str) -> str | Response | tuple[str, int]:
    """Declare a tie; its applications are hidden at once."""
    try:
        towards = forms.text("towards", _("单位或人员"), most=200)
        kind = RelationKind(forms.choice("kind", _("关系类型"), [kind.value for kind in RelationKind]))
        words = forms.text("words", _("情况说明"), most=pledges.MAX_WORDS)
        current.close_reader()
        pledges.declare(
            current.office(), current.actor(), round_code=code, towards=towards, kind=kind, words=words
        )
    except InvalidInput as refusal:
        return _page(list(map(forms.said, refusal.problems))), 422
    except RuleBroken as refusal:
        return _page([refusal.message]), 409
    flash(_("申报已登记，相关申报已对您隐藏，等待评审组秘书作出回避决定。"), "success")
    return redirect(url_for("expert_conflicts.index", code=code), 303)


def _page(problems: list[str]) -> str:
    seat, round_id = seats.own(), current.round_().id
    return seats.page(
        "expert/conflicts.html",
        seat,
        units=blind.names(current.reader(), round_id),
        declared=blind.declarations(current.reader(), round_id, seat),
        kinds=[(kind.value, term(kind)) for kind in RelationKind],
        most=pledges.MAX_WORDS,
        problems=[{"message": problem} for problem in problems],
        entered={name: request.form.get(name, "") for name in ("towards", "kind", "words")},
        RelationKind=RelationKind,
    )
