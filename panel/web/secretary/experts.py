"""The file of experts (专家库): who is on it, their accounts, activation cards on paper, a lost tablet."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from panel.errors import NotFound
from panel.language import _
from panel.queries import panelists as seats
from panel.rules.permissions import Action
from panel.services import accounts, panelists
from panel.web import boards, cards, current, forms
from panel.web.access import allow
from panel.web.secretary import desk

blueprint = Blueprint("secretary_experts", __name__, url_prefix="/secretary/rounds/<code>/experts")

Page = str | Response | tuple[str, int]


@blueprint.get("")
@allow(Action.SEE_EXPERTS)
def index(code: str) -> str:
    """Every expert on file."""
    context = boards.experts(
        editable=desk.can(Action.ISSUE_EXPERT_CODE),
        words=request.args.get("q", "").strip()[:60],
        panel_only=request.args.get("who", "") == "panel",
    )
    return desk.page("secretary/experts.html", **context)


@blueprint.post("/cards")
@allow(Action.ISSUE_EXPERT_CODE)
def issue(code: str) -> Page:
    """Issue new codes, for the panel or for those ticked, and show the cards: this page alone has them."""
    numbers = None if forms.ticked("panel") else request.form.getlist("expert")
    current.close_reader()
    issued = panelists.issue_codes(current.office(), current.actor(), code, numbers)
    return desk.page(
        "secretary/cards.html", cards=cards.of(issued, current.round_().title), count=len(issued)
    )


@blueprint.post("/cards.pdf")
@allow(Action.ISSUE_EXPERT_CODE)
def paper(code: str) -> Response:
    """The cards just shown, for the printer: the page sends back their codes, which are kept nowhere."""
    return cards.paper(current.round_().title)


@blueprint.post("/<number>/revoke")
@allow(Action.REVOKE_EXPERT)
def revoke(code: str, number: str) -> Response:
    """End every session of an expert at once: the tablet is lost."""
    several = seats.pool(current.reader(), current.round_().id, current.office().clock())
    found = next((one for one in several if one.plain.number == number), None)
    if found is None or found.account_id is None:
        raise NotFound("no such expert, or no account")
    current.close_reader()
    ended = accounts.revoke(current.office(), current.actor(), found.account_id)
    flash(_("{name} 的登录已全部收回（{count} 处）。").format(name=found.plain.name, count=ended), "success")
    return redirect(url_for("secretary_experts.index", code=code), 303)
