"""Weights of criteria as they are written on a command line."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from panel.documents.columns import refused
from panel.documents.numbers import number
from panel.language import _


def weights_in(text: str, criteria: Sequence[str]) -> dict[str, Fraction]:
    """Read weights such as A=.5,B=.3 of exactly these criteria.

    Raises
    ------
    InvalidInput
        A weight that is no number above zero, twice or missing, or of a criterion without scores.
    """
    found: dict[str, Fraction] = {}
    for part in text.split(","):
        name, equals, written = (piece.strip() for piece in part.rpartition("="))
        if not equals:
            raise refused("--weights", part, _("应写成 指标=权重，如 A=.5,B=.3"))
        value = number(written)
        if isinstance(value, str) or value <= 0:
            raise refused("--weights", part, _("权重应为大于 0 的数字"))
        if name not in criteria:
            known = ", ".join(criteria[:20])
            raise refused("--weights", name, _("没有这项指标；评分中有 {known}").format(known=known))
        if name in found:
            raise refused("--weights", name, _("权重重复"))
        found[name] = value
    missing = [criterion for criterion in criteria if criterion not in found]
    if missing:
        raise refused("--weights", ", ".join(missing[:20]), _("缺少权重"))
    return found
