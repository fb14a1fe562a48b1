"""The pledge that opens an expert's files."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from panel.language import _
from panel.queries import signatures
from panel.rules.permissions import Action
from panel.rules.signatures import Manner, NoSignature
from panel.services import pledges
from panel.vocabulary import term
from panel.web import current, forms
from panel.web.access import allow
from panel.web.expert import seats, signing

TEXTS = ("confidentiality", "recusal")

blueprint = Blueprint("expert_pledges", __name__, url_prefix="/expert/rounds/<code>/pledge")


@blueprint.get("")
@allow(Action.TAKE_PLEDGE)
def form(code: str) -> str:
    """The texts, to be read and taken; or when they were taken."""
    return _page()


@blueprint.post("")
@allow(Action.TAKE_PLEDGE)
def take(code: str) -> str | Response | tuple[str, int]:
    """Take the pledge: both texts have to be ticked, and signed."""
    unticked = [name for name in TEXTS if not forms.ticked(name)]
    try:
        signature, problem = signing.given(), ""
    except NoSignature as refusal:
        signature, problem = None, term(refusal.fault)
    if unticked or signature is None:
        return _page(unticked, problem), 422
    current.close_reader()
    pledges.take(
        current.office(),
        current.actor(),
        round_code=code,
        digest=request.form.get("digest", ""),
        signature=signature,
    )
    flash(_("承诺书已签署。"), "success")
    if signature.manner is Manner.PAPER:
        return redirect(url_for("expert_pledges.form", code=code), 303)
    return redirect(url_for("expert_queue.index", code=code), 303)


def _page(unticked: Sequence[str] = (), problem: str = "") -> str:
    seat, pledge = seats.own(), seats.policy().pledge
    problems = []
    if unticked:
        problems.append({"field": unticked[0], "message": _("请阅读并勾选两项承诺，再签署。")})
    if problem:
        problems.append({"field": "signature", "message": problem})
    return seats.page(
        "expert/pledge.html",
        seat,
        pledge=pledge,
        unticked=unticked,
        ticked=[name for name in TEXTS if forms.ticked(name)],
        problems=problems,
        signature_problem=problem,
        tried=signing.tried(),
        signature=signatures.of_document(
            current.reader(), current.round_().id, seat.expert_id, pledge.digest
        ),
    )
