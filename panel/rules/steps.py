"""The steps of a round that cannot be taken back, and who has to agree to them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from panel.rules.permissions import Action
from panel.rules.stages import Stage


class Step(StrEnum):
    """A step to the next stage."""

    OPEN_SCORING = "open_scoring"
    CLOSE_SCORING = "close_scoring"
    OPEN_SEALS = "open_seals"
    FINALIZE = "finalize"


LEADS_TO: Mapping[Step, Stage] = {
    Step.OPEN_SCORING: Stage.SCORING,
    Step.CLOSE_SCORING: Stage.CLOSED,
    Step.OPEN_SEALS: Stage.OPENED,
    Step.FINALIZE: Stage.FINAL,
}

NEEDS: Mapping[Step, Action] = {step: Action(step.value) for step in Step}


class BlockerCode(StrEnum):
    """What stands in the way of a step."""

    NO_APPLICATIONS = "no_applications"
    NOT_DECIDED = "not_decided"
    NOT_COMPLETED = "not_completed"
    IDENTITY_WORDS = "identity_words"
    MATERIAL_UNREVIEWED = "material_unreviewed"
    STATEMENT_MISSING = "statement_missing"
    PANEL_TOO_SMALL = "panel_too_small"
    DRAW_UNFINISHED = "draw_unfinished"
    CONFLICT_UNDECIDED = "conflict_undecided"
    OUT_OF_VALIDITY = "out_of_validity"
    SHEETS_MISSING = "sheets_missing"
    NO_RESULT = "no_result"
    RESULT_STALE = "result_stale"
    TIE_PENDING = "tie_pending"


FORCEABLE = frozenset({BlockerCode.SHEETS_MISSING})
"""What a reason on record may override; nothing else can be forced."""
