"""The expert's rounds, and the queue of own sheets in one of them."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from panel.errors import RuleBroken, StaleVersion
from panel.language import _
from panel.queries import blind
from panel.queries.blind import Card
from panel.rules.permissions import Action
from panel.rules.sheets import CardState
from panel.services import sheets
from panel.web import current
from panel.web.access import allow
from panel.web.expert import seats

blueprint = Blueprint("expert_queue", __name__, url_prefix="/expert")

TONES = {
    CardState.NEW: "wait",
    CardState.BEGUN: "info",
    CardState.READY: "info",
    CardState.RETURNED: "act",
    CardState.SUBMITTED: "done",
    CardState.VOID: "plain",
}
OPEN = (CardState.RETURNED, CardState.BEGUN, CardState.NEW)


@blueprint.get("/")
@allow(Action.SEE_OWN_QUEUE)
def home() -> str | Response:
    """The rounds on whose panel one sits; the only one opens by itself."""
    viewer = current.viewer()
    own_rounds = blind.own_rounds(current.reader(), viewer.expert_id if viewer else None)
    if len(own_rounds) == 1:
        return redirect(url_for("expert_queue.index", code=own_rounds[0].code), 303)
    return render_template("expert/rounds.html", rounds=own_rounds)


@blueprint.get("/rounds/<code>/")
@allow(Action.SEE_OWN_QUEUE)
def index(code: str) -> str:
    """The own queue; before the pledge it names nothing."""
    seat = seats.own()
    cards = _cards(seat) if seat.pledged_at and not seat.absent else []
    counted = [card for card in cards if card.state is not CardState.VOID]
    return seats.page(
        "expert/queue.html",
        seat,
        groups=[(track, list(group)) for track, group in groupby(cards, lambda card: card.track)],
        tones=TONES,
        submitted=sum(card.state is CardState.SUBMITTED for card in counted),
        count=len(counted),
        ready=[card for card in cards if card.state is CardState.READY],
        following=next((card for state in OPEN for card in cards if card.state is state), None),
        CardState=CardState,
    )


@blueprint.post("/rounds/<code>/submit")
@allow(Action.SUBMIT_SHEET)
def submit_all(code: str) -> Response:
    """Submit every own sheet that was ticked and lacks nothing, each for itself."""
    seat = seats.own()
    wanted = set(request.form.getlist("sheet"))
    ready = [card for card in _cards(seat) if card.state is CardState.READY and card.code in wanted]
    current.close_reader()
    failed = [card.code for card in ready if not _submit(code, card)]
    done = len(ready) - len(failed)
    if done:
        flash(_("已提交 {count} 份评分表。").format(count=done), "success")
    if failed:
        flash(_("未能提交：{codes}。请打开查看原因。").format(codes=_("、").join(failed)), "action")
    return redirect(url_for("expert_queue.index", code=code), 303)


def _submit(code: str, card: Card) -> bool:
    try:
        sheets.submit(
            current.office(), current.actor(), round_code=code, blind_code=card.code, version=card.version
        )
    except (RuleBroken, StaleVersion):
        return False
    return True


def _cards(seat: blind.Seat) -> list[Card]:
    return blind.queue(current.reader(), seats.policy(), current.round_().id, seat)
