"""Red flags (核实提示) of a round: what its records suggest to ask about, with numbers and entries."""

from __future__ import annotations

from flask import Blueprint

from panel.queries import flags
from panel.rules.permissions import Action
from panel.services import watching
from panel.web import current
from panel.web.access import allow
from panel.web.inspector import desk

blueprint = Blueprint("inspector_flags", __name__, url_prefix="/inspector/rounds/<code>/flags")


@blueprint.get("")
@allow(Action.SEE_ROUND)
def index(code: str) -> str:
    """Every rule with what it found; what would show scores waits for the opening."""
    round_ = current.round_()
    watching.flags(current.office(), current.actor(), round_.id, code)
    policy = desk.policy()
    rules = flags.of_round(current.reader(), policy, round_)
    return desk.page(
        "inspector/flags.html",
        rules=rules,
        count=sum(len(one.flags) for one in rules if one.flags),
        waiting=[one for one in rules if one.flags is None],
        objective=policy.flags.objective,
        quiet=[one for one in rules if one.flags == ()],
    )
