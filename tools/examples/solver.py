"""The official method `adjusted`, written a second time and in another way than the application has it.

This is the cross-check of the example data: exact rationals, plain elimination, no shared code. Applications
have a quality, experts a severity; the severities of all experts with a valid sheet sum to zero; least
squares over the valid sheets of one track.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

Sheets = Mapping[tuple[str, str], Fraction]
"""(application, expert) -> points."""


def solve(matrix: list[list[Fraction]]) -> list[Fraction]:
    """Solve a square system given as rows with the right-hand side last (Gauss-Jordan)."""
    rows = [row[:] for row in matrix]
    size = len(rows)
    for pivot in range(size):
        swap = next(r for r in range(pivot, size) if rows[r][pivot])
        rows[pivot], rows[swap] = rows[swap], rows[pivot]
        lead = rows[pivot][pivot]
        rows[pivot] = [value / lead for value in rows[pivot]]
        for r in range(size):
            if r != pivot and rows[r][pivot]:
                factor = rows[r][pivot]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[pivot], strict=True)]
    return [row[-1] for row in rows]


def severities(sheets: Sheets) -> dict[str, Fraction]:
    """How far each expert marks above (+) or below (-) the others, summing to zero."""
    experts = sorted({expert for _, expert in sheets})
    column = {expert: n for n, expert in enumerate(experts)}
    by_application: dict[str, dict[str, Fraction]] = defaultdict(dict)
    for (application, expert), points in sheets.items():
        by_application[application][expert] = points
    # For expert j: sum over j's applications of (y_ij - mean_i(y) - s_j + mean_i(s)) = 0.
    rows = [[Fraction(0)] * (len(experts) + 1) for _ in experts]
    for marks in by_application.values():
        mean = sum(marks.values(), Fraction(0)) / len(marks)
        for expert, points in marks.items():
            row = rows[column[expert]]
            row[column[expert]] += 1
            row[-1] += points - mean
            for other in marks:
                row[column[other]] -= Fraction(1, len(marks))
    rows[-1] = [Fraction(1)] * len(experts) + [Fraction(0)]
    return dict(zip(experts, solve(rows), strict=True))


def official(sheets: Sheets) -> dict[str, Fraction]:
    """The exact official score of every application of one track."""
    effect = severities(sheets)
    marks: dict[str, list[Fraction]] = defaultdict(list)
    for (application, expert), points in sheets.items():
        marks[application].append(points - effect[expert])
    return {application: mean(values) for application, values in marks.items()}


def raw(sheets: Sheets) -> dict[str, Fraction]:
    """The plain mean of each application's sheets."""
    marks: dict[str, list[Fraction]] = defaultdict(list)
    for (application, _), points in sheets.items():
        marks[application].append(points)
    return {application: mean(values) for application, values in marks.items()}


def mean(values: Iterable[Fraction]) -> Fraction:
    """The arithmetic mean."""
    points = list(values)
    return sum(points, Fraction(0)) / len(points)


def places(value: Fraction) -> Decimal:
    """Half-up to two places; exact, because the remainder is compared as a fraction."""
    scaled = value * 100
    whole = scaled.numerator // scaled.denominator
    if (scaled - whole) * 2 >= 1:
        whole += 1
    return (Decimal(whole) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
