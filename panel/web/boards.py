"""What the pages about panel, draws, conflicts and progress show to whoever may look, secretary or inspector."""

from __future__ import annotations

from typing import Any

from flask import g

from panel.errors import NotFound
from panel.queries import applications, conflicts, draws, eligibility, panelists, progress
from panel.queries.conflicts import ConflictView
from panel.queries.draws import DrawView
from panel.rules.applications import Track
from panel.rules.conflicts import Reach, Strength
from panel.rules.sheets import SheetState
from panel.sentences.conflicts import sentence
from panel.web import current

Context = dict[str, Any]


def panel(code: str, draw_endpoint: str, *, editable: bool) -> Context:
    """The panel: its members, and every attempt to draw it."""
    reader, round_ = current.reader(), current.round_()
    members = panelists.of_round(reader, round_.id)
    return {
        "code": code,
        "round_": round_,
        "members": members,
        "present": [member for member in members if not member.absent],
        "chair": next((member for member in members if member.chair and not member.absent), None),
        "draws": draws.of_round(reader, round_.id),
        "faults": draws.faults(reader, round_.id),
        "unsought": conflicts.unrecorded(reader, _policy(), _row()),
        "quorum": _policy().quorum,
        "draw_endpoint": draw_endpoint,
        "editable": editable,
    }
