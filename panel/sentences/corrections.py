"""What stood in a field of an application, in words."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from panel.language import _
from panel.rules.applications import (
    BudgetCategory,
    CertificateLevel,
    EmploymentKind,
    Material,
    OccupationState,
    ProjectKind,
)
from panel.sentences.figures import yuan
from panel.vocabulary import term

_SHORT, _LONG, _LEAST = 12, 5000, 3
"""Texts of so few or so many characters are not compared, and fewer that are alike do not count."""

Piece = tuple[str, bool]

_TERMS = {
    "certificate": CertificateLevel,
    "kind": ProjectKind,
    "occupation_state": OccupationState,
}


def words(field: str, value: Any) -> str:
    """A value as the application's own page says it."""
    if value is None or value in ("", [], {}):
        return _("（空）")
    if field in _TERMS:
        return term(_TERMS[field](value))
    if field.endswith("_fen"):
        return yuan(value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if field == "months":
        return _("{count} 个月").format(count=value)
    if isinstance(value, Mapping):
        return _("；").join(_("{name}：{words}").format(name=name, words=one) for name, one in value.items())
    if isinstance(value, list):
        return _("；").join(map(_part, value))
    return str(value)


def compared(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts in pieces, each with whether it is only in the one."""
    if not _SHORT < max(len(before), len(after)) <= _LONG:
        return ((before, True),), ((after, True),)
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    # A character or two that happen to come again within a passage put in anew are no text that stayed.
    kept = [
        one
        for one in blocks
        if one.size >= _LEAST
        or (one.a, one.b) == (0, 0)
        or (one.a + one.size, one.b + one.size) == (len(before), len(after))
    ]
    old: list[Piece] = []
    new: list[Piece] = []
    at = to = 0
    for a, b, size in kept:
        old += [(before[at:a], True), (before[a : a + size], False)]
        new += [(after[to:b], True), (after[b : b + size], False)]
        at, to = a + size, b + size
    return _filled(old), _filled(new)


def _filled(pieces: list[Piece]) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece[0])


def _part(value: Any) -> str:
    """One of several: a paper, a person of the team, a line of the budget."""
    if isinstance(value, str):
        return _("{name}（{kind}）").format(name=term(Material(value)), kind=value)
    if "employment" in value:
        return _("{name}（{kind}）").format(
            name=value["name"], kind=term(EmploymentKind(value["employment"]))
        )
    line = _("{kind}：{name} {amount}").format(
        kind=term(BudgetCategory(value["category"])), name=value["item"], amount=yuan(value["amount_fen"])
    )
    return _("{name}（{kind}）").format(name=line, kind=value["note"]) if value["note"] else line
