"""Signing one's sheets: shown once more as the server has them, then sealed with the signature."""

from __future__ import annotations

import json
from collections.abc import Iterable

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from panel.errors import InvalidInput, RuleBroken, StaleVersion
from panel.language import _
from panel.queries import blind
from panel.queries.blind import Card, Seat
from panel.rules import signatures
from panel.rules.permissions import Action
from panel.rules.sheets import CardState, missing
from panel.rules.signatures import NoSignature, Signature
from panel.services import sheets
from panel.vocabulary import term
from panel.web import current, forms
from panel.web.access import allow
from panel.web.expert import seats

blueprint = Blueprint("expert_signing", __name__, url_prefix="/expert/rounds/<code>/sign")

UNSEALED = (CardState.READY, CardState.RETURNED)


def given() -> Signature:
    """The signature of the form at hand; NoSignature where there is none."""
    name = request.form.get("signed_name", "")
    return signatures.given(request.form.get("manner", ""), request.form.get("strokes", ""), name)


def tried() -> dict[str, str]:
    """How the form at hand was signed, to be shown again where something else was missing."""
    try:
        strokes = json.dumps(signatures.drawn(request.form.get("strokes", "")).flat)
    except NoSignature:
        strokes = ""
    name = request.form.get("signed_name", "")
    return {"manner": request.form.get("manner", ""), "strokes": strokes, "name": name}


@blueprint.get("")
@allow(Action.SUBMIT_SHEET)
def show(code: str) -> str | Response:
    """The sheets that were chosen, with their totals, and the pad."""
    seat = seats.own()
    if seat.pledged_at is None:
        return seats.to_pledge()
    chosen = seats.writable(seat, _chosen(seat, request.args.getlist("sheet")))
    if not chosen:
        return redirect(url_for("expert_queue.index", code=code), 303)
    return _page(seat, chosen)


@blueprint.post("")
@allow(Action.SUBMIT_SHEET)
def sign(code: str) -> Response | tuple[str, int]:
    """Sign and seal each of the sheets, each for itself and as it was shown."""
    seat = seats.own()
    chosen = _chosen(seat, request.form.getlist("sheet"))
    if not chosen:
        return redirect(url_for("expert_queue.index", code=code), 303)
    try:
        signature = given()
    except NoSignature as refusal:
        return _page(seat, chosen, term(refusal.fault)), 422
    current.close_reader()
    failed = {card.code: why for card in chosen if (why := _sealed(code, card, signature))}
    done = [card.code for card in chosen if card.code not in failed]
    if done:
        flash(_("已签名并封存：{codes}。").format(codes=_("、").join(done)), "success")
    for one, why in failed.items():
        flash(_("{code} 没有提交：{why}").format(code=one, why=why), "action")
    if len(chosen) == 1:
        return redirect(url_for("expert_sheets.show", code=code, blind_code=chosen[0].code), 303)
    return redirect(url_for("expert_queue.index", code=code), 303)


def _chosen(seat: Seat, codes: Iterable[str]) -> list[Card]:
    """Those of one's own unsealed sheets that lack nothing, in one's own order."""
    wanted, policy, round_id = set(codes), seats.policy(), current.round_().id
    given = {
        one.code: one.given
        for of_track in blind.own_scores(current.reader(), policy, round_id, seat).values()
        for one in of_track
    }
    return [
        card
        for card in blind.queue(current.reader(), policy, round_id, seat)
        if card.code in wanted
        and card.state in UNSEALED
        and not missing(policy.track(card.track).units(), given[card.code])
    ]


def _sealed(code: str, card: Card, signature: Signature) -> str:
    """Nothing, or why a sheet could not be sealed."""
    try:
        sheets.submit(
            current.office(),
            current.actor(),
            round_code=code,
            blind_code=card.code,
            version=forms.number(f"version-{card.code}", _("版本"), least=1),
            signature=signature,
        )
    except InvalidInput as refusal:
        return _("；").join(map(forms.said, refusal.problems))
    except (RuleBroken, StaleVersion) as refusal:
        return refusal.message
    return ""


def _page(seat: Seat, chosen: list[Card], problem: str = "") -> str:
    totals = {
        one.code: one.total
        for of_track in blind.own_scores(current.reader(), seats.policy(), current.round_().id, seat).values()
        for one in of_track
    }
    return seats.page(
        "expert/sign.html",
        seat,
        chosen=chosen,
        totals=totals,
        maximum={track: one.maximum for track, one in seats.policy().tracks.items()},
        problem=problem,
        tried=tried(),
        single=chosen[0].code if len(chosen) == 1 else "",
    )
