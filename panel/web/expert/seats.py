"""The expert's seat on the panel of the round at hand, and the frame of all pages that belong to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from panel.errors import NotFound
from panel.language import _
from panel.queries import blind
from panel.queries.blind import Card, Seat
from panel.rules.criteria import Policy
from panel.rules.sheets import CardState
from panel.rules.stages import Stage
from panel.web import current
from panel.web.expert import outbox

CHAIR_PAGE = "expert_steps.index"


def own() -> Seat:
    """The viewer's seat; a round on whose panel one does not sit is not there."""
    viewer = current.viewer()
    found = blind.seat(current.reader(), current.round_().id, viewer.expert_id if viewer else None)
    if found is None:
        raise NotFound("not on this panel")
    return found


def policy() -> Policy:
    """The policy of the round at hand: its own frozen copy once scoring has opened."""
    return current.office().policy_named(current.reader(), current.round_().policy_digest)


def writable(seat: Seat, cards: Iterable[Card]) -> list[Card]:
    """Those of the own sheets that may be written now: drafts; after scoring, what was given back since."""
    round_ = current.round_()
    if seat.absent or round_.stage not in (Stage.SCORING, Stage.CLOSED):
        return []
    drafts = [card for card in cards if card.state not in (CardState.SUBMITTED, CardState.VOID)]
    if round_.stage is Stage.SCORING:
        return drafts
    again = blind.returned_since_closing(current.reader(), round_.id, seat)
    return [card for card in drafts if card.code in again]


def to_pledge() -> Response:
    """Before anything else comes the pledge."""
    return redirect(url_for("expert_pledges.form", code=current.round_().code), 303)


def page(template: str, seat: Seat, **context: Any) -> str:
    """A page of the round, with its navigation."""
    round_ = current.round_()
    return render_template(
        template,
        page_round=round_,
        code=round_.code,
        seat=seat,
        nav_items=_navigation(seat),
        outbox_facts=outbox.page_facts(),
        **context,
    )


def _navigation(seat: Seat) -> list[dict[str, object]]:
    round_ = current.round_()
    places = [("expert_queue.index", _("我的评审"), "list")]
    if round_.stage is not Stage.SETUP:
        places.append(("expert_scores.index", _("我的评分"), "table"))
    if round_.stage in (Stage.SETUP, Stage.SCORING):
        places.append(("expert_pledges.form", _("承诺书"), "pen"))
        places.append(("expert_conflicts.index", _("利益关系申报"), "ban"))
    if seat.chair and CHAIR_PAGE in current_app.view_functions:
        places.append((CHAIR_PAGE, _("组长确认"), "shield"))
    return [
        {
            "href": url_for(endpoint, code=round_.code),
            "text": text,
            "icon": icon,
            "current": request.endpoint == endpoint,
        }
        for endpoint, text, icon in places
    ]
