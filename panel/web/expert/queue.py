"""The expert's rounds, and the queue of own sheets in one of them."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from panel.queries import blind
from panel.queries.blind import Card
from panel.rules.permissions import Action
from panel.rules.sheets import CardState
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
    writable = seats.writable(seat, cards)
    counted = [card for card in cards if card.state is not CardState.VOID]
    return seats.page(
        "expert/queue.html",
        seat,
        groups=[(track, list(group)) for track, group in groupby(cards, lambda card: card.track)],
        tones=TONES,
        writable=writable,
        submitted=sum(card.state is CardState.SUBMITTED for card in counted),
        count=len(counted),
        ready=[card for card in writable if card.state is CardState.READY],
        following=next((card for state in OPEN for card in writable if card.state is state), None),
        CardState=CardState,
    )


@blueprint.post("/rounds/<code>/submit")
@allow(Action.SUBMIT_SHEET)
def submit_all(code: str) -> Response:
    """Go and sign every own sheet that was ticked."""
    ticked = request.form.getlist("sheet")
    return redirect(url_for("expert_signing.show", code=code, sheet=ticked), 303)


def _cards(seat: blind.Seat) -> list[Card]:
    return blind.queue(current.reader(), seats.policy(), current.round_().id, seat)
