"""From criterion scores to totals, in exact numbers: what a missing criterion does is said, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from panel.errors import InvalidInput, Problem
from panel.scoring.matrix import ScoreMatrix

Exact = int | Fraction | Decimal
Cell = tuple[str, str, str, Exact]
"""One score: expert, application, criterion, value."""

Way = Literal["strict", "renormalised"]
"""What becomes of a sheet that lacks a criterion.

`strict`: it does not count. `renormalised`: the criteria that are there share the whole weight.
"""

ByApplication = Mapping[str, Mapping[str, Fraction | None]]
"""Totals by application and, inside, by expert; None for a sheet that does not count."""


@dataclass(frozen=True)
class Sheets:
    """The scores of one list by application, expert and criterion; a hole is not there.

    Attributes
    ----------
    criteria : tuple of str
        Every criterion with at least one score, sorted.
    rows : mapping of application to mapping of expert to mapping of criterion to Fraction
        Applications, experts and criteria sorted by code point.
    """

    criteria: tuple[str, ...]
    rows: Mapping[str, Mapping[str, Mapping[str, Fraction]]]

    @classmethod
    def from_records(cls, records: Iterable[Cell]) -> Sheets:
        """Collect the scores, in any order.

        Raises
        ------
        InvalidInput
            No score, the same cell twice, or a value that is no exact number: a float such as 0.1 has already
            lost the decimal that was written.
        """
        cells: dict[tuple[str, str, str], Fraction] = {}
        for expert, application, criterion, value in records:
            where = f"score of expert {expert} for application {application}, criterion {criterion}"
            if not _exact(value):
                raise InvalidInput(
                    Problem(where, str(value), "must be a whole number, a Decimal or a Fraction")
                )
            if (application, expert, criterion) in cells:
                raise InvalidInput(Problem(where, str(value), "is there twice"))
            cells[application, expert, criterion] = Fraction(value)
        if not cells:
            raise InvalidInput(Problem("scores", "", "there is no score, so there is nothing to compute"))
        rows: dict[str, dict[str, dict[str, Fraction]]] = {}
        for (application, expert, criterion), score in sorted(cells.items()):
            rows.setdefault(application, {}).setdefault(expert, {})[criterion] = score
        return cls(tuple(sorted({criterion for _, _, criterion in cells})), rows)

    def each(self) -> Iterator[tuple[str, str, Mapping[str, Fraction]]]:
        """Yield application, expert and criterion scores of every sheet."""
        for application, row in self.rows.items():
            for expert, sheet in row.items():
                yield application, expert, sheet


@dataclass(frozen=True)
class Totals:
    """The weighted totals of all sheets.

    Attributes
    ----------
    totals : mapping of application to mapping of expert to Fraction or None
        None for a sheet that does not count.
    incomplete : tuple of (application, expert)
        The sheets that lack a criterion, whatever was done about them.
    """

    totals: ByApplication
    incomplete: tuple[tuple[str, str], ...]

    @property
    def matrix(self) -> ScoreMatrix | None:
        """The totals that count as a matrix; None if not one does."""
        found = [
            (expert, application, total)
            for application, row in self.totals.items()
            for expert, total in row.items()
            if total is not None
        ]
        return ScoreMatrix.from_records(found) if found else None

    @property
    def means(self) -> Mapping[str, Fraction | None]:
        """The mean total of each application; None for one without a sheet that counts."""
        return {application: _mean(row.values()) for application, row in self.totals.items()}


def checked_weights(sheets: Sheets, weights: Mapping[str, Exact] | None) -> Mapping[str, Fraction]:
    """Return the weights of exactly the criteria of the sheets, in their order.

    Weights are taken as they are: they need not sum to one. A single criterion needs none.

    Raises
    ------
    InvalidInput
        Several criteria and no weights, a criterion without weight, a weight without scores, or one that is
        not above zero.
    """
    return weights_of(sheets.criteria, weights)


def weights_of(criteria: tuple[str, ...], weights: Mapping[str, Exact] | None) -> Mapping[str, Fraction]:
    """Return the weights of exactly these criteria, in their order; errors as of `checked_weights`."""
    if weights is None:
        if len(criteria) > 1:
            raise InvalidInput(Problem("weights", "", f"are missing for {', '.join(criteria)}"))
        return {criteria[0]: Fraction(1)}
    for criterion in criteria:
        if criterion not in weights:
            raise InvalidInput(Problem("weights", criterion, "has scores but no weight"))
    for criterion, weight in weights.items():
        if criterion not in criteria:
            raise InvalidInput(Problem("weights", criterion, "has a weight but no score"))
        if not _finite(weight) or weight <= 0:
            raise InvalidInput(Problem(f"weight of {criterion}", str(weight), "must be above zero"))
    return {criterion: Fraction(weights[criterion]) for criterion in criteria}


def totals(sheets: Sheets, weights: Mapping[str, Exact] | None = None, way: Way = "strict") -> Totals:
    r"""Return t_ij = \sum_c w_c y_ijc of every sheet, exactly.

    A sheet with a hole has no total (`strict`), or the weighted mean of the criteria it has times the sum of
    all weights (`renormalised`). A hole is never a zero.

    Parameters
    ----------
    sheets : Sheets
    weights : mapping of criterion to exact number, optional
        See `checked_weights`.
    way : Way

    Raises
    ------
    InvalidInput
        The weights do not fit the criteria.
    """
    known = checked_weights(sheets, weights)
    whole = sum(known.values(), Fraction(0))
    found: dict[str, dict[str, Fraction | None]] = {}
    incomplete: list[tuple[str, str]] = []
    for application, expert, sheet in sheets.each():
        total: Fraction | None = sum((known[c] * score for c, score in sheet.items()), Fraction(0))
        if len(sheet) < len(known):
            incomplete.append((application, expert))
            share = sum((known[c] for c in sheet), Fraction(0))
            total = None if way == "strict" or total is None else total * whole / share
        found.setdefault(application, {})[expert] = total
    return Totals(found, tuple(incomplete))


def criteria_first(
    sheets: Sheets, weights: Mapping[str, Exact] | None = None
) -> Mapping[str, Fraction | None]:
    """Average each criterion over the experts who scored it, then weight: a third legal definition.

    With every cell there it is the mean of the totals. None for an application that nobody scored on some
    criterion.
    """
    known = checked_weights(sheets, weights)
    found: dict[str, Fraction | None] = {}
    for application, row in sheets.rows.items():
        means = {c: _mean(sheet.get(c) for sheet in row.values()) for c in known}
        present = [known[c] * mean for c, mean in means.items() if mean is not None]
        found[application] = sum(present, Fraction(0)) if len(present) == len(known) else None
    return found


def _mean(values: Iterable[Fraction | None]) -> Fraction | None:
    there = [value for value in values if value is not None]
    return sum(there, Fraction(0)) / len(there) if there else None


def _exact(value: object) -> bool:
    """A bool is an int to Python, and a Decimal may be no number."""
    return isinstance(value, Exact) and not isinstance(value, bool) and _finite(value)


def _finite(value: Exact) -> bool:
    return not isinstance(value, Decimal) or value.is_finite()
