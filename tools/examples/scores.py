"""The experts' sheets of the example round: made once by rule, so that every trap of the plan is in them.

Each application has a merit per criterion, each expert a severity; taste and noise come from a hash, so
that the same file comes out everywhere. What must be exact (two ties, one total) is set by nudging single
cells by half a point.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction

from tools.examples import solver

POINTS = {
    "S": {"S1": 30, "S2": 15, "S3": 10, "S4": 20, "S5": 15, "S6": 10},
    "P": {"P1": 20, "P2": 20, "P3": 20, "P4": 20, "P5": 10, "P6": 10},
}

MERITS: dict[str, tuple[float, ...]] = {
    # share of each criterion's maximum, per cent
    "S01": (91.5, 90, 88, 88, 88, 86),
    "S02": (84, 83, 84, 88, 84, 80),
    "S03": (88, 86, 72, 70, 78, 82),
    "S04": (82, 78, 80, 84, 78, 76),
    "S06": (64, 73, 78, 80, 76, 74),
    "S07": (71, 70, 68, 70, 70, 68),
    "P01": (90, 88, 87, 90, 88, 87),
    "P02": (86, 84, 87, 84, 82, 86),
    "P03": (88, 80, 78, 87, 79, 81),
    "P04": (74, 72, 70, 74, 70, 72),
    "P06": (84, 86, 82, 84, 80, 84),
    "P07": (82, 80, 78, 82, 78, 80),
    "P10": (88, 86, 85, 88, 84, 84),
    "P11": (83, 81, 82, 82, 80, 82),
    "P12": (84, 80, 80, 84, 78, 78),
    "P14": (80, 75, 78, 82, 76, 80),
    "P15": (78, 78, 72, 80, 78, 80),
    "P16": (76, 76, 76, 78, 74, 76),
    "P17": (76, 74, 72.5, 76, 75, 73),
    "P18": (76, 74, 75.625, 76, 68.75, 73),
}

SEVERITY = {"E1": 0.5, "E2": 1.8, "E3": -8.2, "E4": 6.0, "E5": -0.6, "E8": 1.6, "E9": -1.6}
"""Points of a hundred; E7 has none, for E7 fills in straight lines."""

EXPERTS = ("E1", "E2", "E3", "E4", "E5", "E7", "E8", "E9")  # E6 is absent
NOT_SCORED = {("S02", "E2"), ("P02", "E2"), ("P12", "E3"), ("P12", "E9")}
VOIDED = {("S04", "E5"): 91, ("P04", "E5"): 88}
"""E5 taught the master of S04 and said so late: these sheets were filled in, kindly, and then voided."""
FIXED_TOTALS = {("S03", "E8"): 71}

SALT = 94
"""The one of a hundred tries whose severities come out nearest to the plan (E3 -8, E4 +6)."""

Sheet = dict[str, Fraction]
Sheets = dict[str, dict[str, Sheet]]
"""application -> expert -> criterion -> points."""

HALF = Fraction(1, 2)


def digest(seed: str) -> bytes:
    """Thirty-two bytes that depend on `seed` alone, on every machine."""
    return hashlib.sha256(seed.encode()).digest()


def noise(seed: str, spread: float) -> float:
    """A bell-shaped number around zero that depends on `seed` alone."""
    return (sum(digest(seed)[:12]) / (12 * 127.5) - 1) * spread * 6


def straight(application: str) -> int:
    """E7's one share for every criterion of an application."""
    merit = sum(MERITS[application]) / 6
    return 90 if merit > 88 else 70 if merit < 72 and application[0] == "S" else 80


def halves(value: float) -> Fraction:
    """To the nearest half point."""
    return Fraction(int(value * 2 + 0.5), 2)


def one_sheet(salt: int, application: str, expert: str, shift: float) -> Sheet:
    """One expert's first opinion of one application."""
    points = POINTS[application[0]]
    if expert == "E7":
        return {c: Fraction(straight(application) * most, 100) for c, most in points.items()}
    taste = noise(f"{salt}/{application}/{expert}", 1.6)
    sheet = {}
    for (criterion, most), merit in zip(points.items(), MERITS[application], strict=True):
        share = merit + shift + taste + noise(f"{salt}/{application}/{expert}/{criterion}", 2.6)
        mark = share * most / 100
        whole = noise(f"{salt}/step/{application}/{expert}/{criterion}", 1) < 0.6
        sheet[criterion] = min(Fraction(int(mark + 0.5)) if whole else halves(mark), Fraction(most))
    return sheet


def nudge(
    sheets: dict[str, Sheet], criterion: str, target: Fraction, salt: str, keep: frozenset[str]
) -> None:
    """Move single cells of one criterion by half a point until the column sums to `target`."""
    order = sorted(set(sheets) - keep, key=lambda expert: digest(f"{salt}/{criterion}/{expert}"))
    at = 0
    while (gap := target - sum((s[criterion] for s in sheets.values()), Fraction(0))) != 0:
        sheet = sheets[order[at % len(order)]]
        moved = sheet[criterion] + (HALF if gap > 0 else -HALF)
        if moved <= POINTS[criterion[0]][criterion]:
            sheet[criterion] = moved
        at += 1


def set_total(sheet: Sheet, total: int) -> None:
    """Spread what is missing to `total` over the criteria, half a point at a time."""
    at = 0
    while (gap := total - sum(sheet.values(), Fraction(0))) != 0:
        sheet[list(sheet)[at % len(sheet)]] += HALF if gap > 0 else -HALF
        at += 1


def one_application(salt: int, application: str, extra: Fraction = Fraction(0)) -> dict[str, Sheet]:
    """All valid sheets of one application; `extra` is added to one column, for the tie."""
    present = [e for e in EXPERTS if (application, e) not in NOT_SCORED and (application, e) not in VOIDED]
    sheets = {e: one_sheet(salt, application, e, SEVERITY.get(e, 0.0)) for e in present}
    keep = {"E7"} & set(present)
    for (name, expert), total in FIXED_TOTALS.items():
        if name == application:
            set_total(sheets[expert], total)
            keep |= {expert}
    lean = sum(SEVERITY.get(e, 0.0) for e in present) / len(present)
    for (criterion, most), merit in zip(POINTS[application[0]].items(), MERITS[application], strict=True):
        target = halves((merit + lean) * most / 100 * len(present))
        if criterion in {"S4", "P2"}:
            target += extra
        nudge(sheets, criterion, target, f"{salt}/{application}", frozenset(keep))
    return sheets


def voided(salt: int = SALT) -> Iterator[tuple[str, str, Sheet]]:
    """The sheets that were filled in and voided."""
    for (application, expert), total in VOIDED.items():
        sheet = one_sheet(salt, application, expert, 10.0)
        set_total(sheet, total)
        yield application, expert, sheet


def everything(salt: int = SALT) -> Sheets:
    """Every valid sheet: application -> expert -> criterion -> points."""
    sheets = {application: one_application(salt, application) for application in MERITS}
    tie_studios(sheets, salt)
    return sheets


def column(sheets: Sheets, track: str, criterion: str = "") -> dict[tuple[str, str], Fraction]:
    """Totals, or one criterion, of one track, as the solver wants them."""
    pick: Callable[[Sheet], Fraction] = (
        (lambda s: s[criterion]) if criterion else (lambda s: sum(s.values(), Fraction(0)))
    )
    return {
        (application, expert): pick(sheet)
        for application, by_expert in sheets.items()
        if application.startswith(track)
        for expert, sheet in by_expert.items()
    }


def tie_studios(sheets: Sheets, salt: int) -> None:
    """Move S04, half a point at a time, until its rounded official score is S03's."""
    for third, fourth in itertools.product(range(-6, 7), range(-8, 9)):
        sheets["S03"] = one_application(salt, "S03", Fraction(third, 2))
        sheets["S04"] = one_application(salt, "S04", Fraction(fourth, 2))
        exact = solver.official(column(sheets, "S"))
        # Well away from the edge where rounding turns, so that no arithmetic can come out on the other side.
        clear = abs(exact["S04"] * 100 % 1 - HALF) > Fraction(1, 10)
        if clear and solver.places(exact["S03"]) == solver.places(exact["S04"]):
            return
    raise LookupError(f"salt {salt} ties nothing")
