"""Decimal numbers as people write them, taken over without loss."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from panel.language import _

LONGEST = 200
"""Characters of a number."""

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
MOST = 1e300
"""Larger numbers have sums that no double holds."""

LEAST = 1e-300


def number(text: str) -> Fraction | str:
    """The exact value of a decimal number, or why it is none."""
    if len(text) > LONGEST or not NUMBER.fullmatch(text):
        return _("不是数字；请用小数点写成如 87.5，缺评请留空")
    value = Decimal(text)
    if value and not LEAST < abs(value) < MOST:
        return _("数值过大或过小")
    return Fraction(value)
