"""Rounding half away from zero (四舍五入), and points between paper and scaled integers: done here only.

Scores are scaled integers everywhere else (hundredths of a point); a result is scaled by the policy's places.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

POINT_PLACES = 2
"""Points are kept in hundredths."""

_POINTS = re.compile(r"(0|[1-9][0-9]{0,5})(?:\.([0-9]{1,2}))?")


def half_up(value: Fraction | int, places: int) -> int:
    """`value` in units of 10^-places, halves away from zero: 87.245 at two places is 8725."""
    scale: int = 10**places
    exact = abs(Fraction(value)) * scale
    whole = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return whole if value >= 0 else -whole


def text(scaled: int, places: int) -> str:
    """A scaled integer as one writes it: 8725 at two places is "87.25"."""
    scale: int = 10**places
    whole, rest = divmod(abs(scaled), scale)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"


def parse_points(written: str) -> int:
    """Points as typed, in hundredths; full-width digits (８７．５) count as digits.

    Anything but a plain decimal with at most two places is a ValueError. Only full-width forms are folded:
    folding every compatibility character would read "5²" as 52.
    """
    if all(c.isascii() or unicodedata.east_asian_width(c) == "F" for c in written):
        found = _POINTS.fullmatch(unicodedata.normalize("NFKC", written).strip())
        if found:
            whole, decimals = found.groups(default="")
            return int(whole + decimals.ljust(POINT_PLACES, "0"))
    raise ValueError(written)
