"""Rounds (评选批次) under inspection: the stages with their times, and what is open."""

from __future__ import annotations

from flask import Blueprint, render_template

from panel.queries import flags, rounds, trail
from panel.rules.permissions import Action
from panel.rules.stages import ORDER, Stage
from panel.services import desks, watching
from panel.vocabulary import term
from panel.web import current
from panel.web.access import allow
from panel.web.inspector import desk

blueprint = Blueprint("inspector_rounds", __name__, url_prefix="/inspector/rounds")


@blueprint.get("")
@allow(Action.WATCH)
def listing() -> str:
    """Every round with where it stands."""
    return render_template("inspector/rounds.html", rounds=rounds.everyone(current.reader()), rail=_rail())


@blueprint.get("/<code>")
@allow(Action.SEE_ROUND)
def page(code: str) -> str:
    """One round: where it stands, since when, and what blocks its next step."""
    round_, office = current.round_(), current.office()
    watching.round_(office, current.actor(), round_.id, code)
    reader = current.reader()
    return desk.page(
        "inspector/round.html",
        rail=_rail(),
        stages=trail.stages(reader, round_.id, office.clock()),
        flags=flags.count(reader, desk.policy(), round_),
        desk=desks.of(office, reader, code, current.actor()),
    )


def _rail() -> list[tuple[Stage, str]]:
    return [(stage, term(stage)) for stage in ORDER]
