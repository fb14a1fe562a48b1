"""Many criterion scores as arrays, and the question they ask: totals are exact, whatever their number.

`Sheets` holds the same scores in mappings, which suits a panel; a national call has a million of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from panel.errors import InvalidInput, Problem
from panel.scoring.descriptive import named, raw_mean
from panel.scoring.design import Design, Floats, Indices, sums
from panel.scoring.matrix import ScoreMatrix
from panel.scoring.models.ratings import MOST
from panel.scoring.question import Means, Question, Sheet
from panel.scoring.sheets import Sheets

EXACT_SCORES, EXACT_EXPERTS = 5000, 30
"""Up to so many scores and experts the totals are also given as exact numbers, for the official methods."""

WHOLE = 2**62
"""Below this, sums are kept in 64-bit integers, above in Python's."""

Integers = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Records:
    """R scores, sorted by application, expert and criterion, no cell twice.

    Attributes
    ----------
    applications, experts, criteria : tuple of str
        Sorted by code point; each has at least one score.
    application, expert, criterion : intp arrays, shape (R,)
    value : intp array, shape (R,)
        Which of `values` each score is.
    values : tuple of Fraction
        The different scores.
    topic, order, affiliated
        As in `Question`.
    """

    applications: tuple[str, ...]
    experts: tuple[str, ...]
    criteria: tuple[str, ...]
    application: Indices
    expert: Indices
    criterion: Indices
    value: Indices
    values: tuple[Fraction, ...]
    topic: Mapping[str, str] | None = None
    order: Mapping[Sheet, float] | None = None
    affiliated: Collection[Sheet] = field(default=())

    @classmethod
    def of(
        cls,
        names: tuple[Sequence[str], Sequence[str], Sequence[str]],
        codes: tuple[Indices, Indices, Indices],
        values: Sequence[Fraction],
        value: Indices,
    ) -> Records:
        """Sort scores given by codes of applications, experts, criteria and values; names without one go.

        Parameters
        ----------
        names : three sequences of str
            Each name once, in any order.
        codes : three intp arrays, shape (R,)
            R >= 1, no cell twice.
        values : sequence of Fraction
        value : intp array, shape (R,)
        """
        (applications, i), (experts, j), (criteria, c) = (
            _sorted(own, code) for own, code in zip(names, codes, strict=True)
        )
        order = np.lexsort((c, j, i))
        return cls(applications, experts, criteria, i[order], j[order], c[order], value[order], tuple(values))

    @cached_property
    def starts(self) -> Indices:
        """Where each sheet begins, shape (S,)."""
        new = (np.diff(self.application) != 0) | (np.diff(self.expert) != 0)
        return np.concatenate(([0], np.flatnonzero(new) + 1))

    @cached_property
    def complete(self) -> NDArray[np.bool_]:
        """Whether a sheet has every criterion, shape (S,)."""
        count = np.diff(np.concatenate((self.starts, [self.value.size])))
        whole: NDArray[np.bool_] = count == len(self.criteria)
        return whole

    def sheets(self) -> Sheets:
        """The same scores in mappings."""
        rows: dict[str, dict[str, dict[str, Fraction]]] = {}
        columns = (self.application, self.expert, self.criterion, self.value)
        for a, e, c, v in zip(*(column.tolist() for column in columns), strict=True):
            row = rows.setdefault(self.applications[a], {})
            row.setdefault(self.experts[e], {})[self.criteria[c]] = self.values[v]
        return Sheets(self.criteria, rows)


@dataclass(frozen=True, eq=False)
class Sums:
    """The weighted totals of all sheets, shape (S,): `total` over `unit`; `share`: the weights there are."""

    total: Integers
    share: Integers
    whole: int
    unit: int


def _sorted(names: Sequence[str], codes: Indices) -> tuple[tuple[str, ...], Indices]:
    """The names that occur, sorted, and the codes of these."""
    used = sorted(np.unique(codes).tolist(), key=names.__getitem__)
    place = np.zeros(len(names), dtype=np.intp)
    place[used] = np.arange(len(used))
    return tuple(names[code] for code in used), place[codes]


def weighed(records: Records, weights: Mapping[str, Fraction]) -> Sums:
    """Sum weight times score over each sheet in whole numbers."""
    unit = lcm(*(value.denominator for value in records.values))
    part = lcm(*(weight.denominator for weight in weights.values()))
    scores = [int(value * unit) for value in records.values]
    own = [int(weights[criterion] * part) for criterion in records.criteria]
    whole = sum(own)
    kind: Any = np.int64 if max(map(abs, scores)) * whole < WHOLE else object
    of_cell = np.array(own, dtype=kind)[records.criterion]
    cells = np.array(scores, dtype=kind)[records.value] * of_cell
    return Sums(
        np.add.reduceat(cells, records.starts), np.add.reduceat(of_cell, records.starts), whole, unit * part
    )


def ask(records: Records, weights: Mapping[str, Fraction]) -> Question | None:
    """Return the question that scores ask, incomplete sheets left out; None if no sheet is complete.

    Parameters
    ----------
    records : Records
    weights : mapping of criterion to Fraction
        Above zero, one for each criterion; see `sheets.weights_of`.

    Raises
    ------
    InvalidInput
        A total is too large for a double.
    """
    found = weighed(records, weights)
    complete = records.complete
    if not complete.any():
        return None
    y = _floats(found.total[complete], found.unit)
    at = records.starts[complete]
    design = _design(records, at, y)
    return Question(
        design=design,
        matrix=_matrix(records, at, found, complete),
        sheets=_sheets(records),
        means=means(records, weights, found, design),
        topic=records.topic,
        order=records.order,
        affiliated=records.affiliated,
    )


def means(
    records: Records, weights: Mapping[str, Fraction], found: Sums, strict: Design | None = None
) -> Means:
    """Return the means of every application, with and without its incomplete sheets."""
    complete = records.complete
    y = np.empty(complete.size)
    y[complete] = _floats(found.total[complete], found.unit)
    lacking = np.flatnonzero(~complete)
    for sheet in lacking.tolist():
        share = Fraction(found.whole, int(found.share[sheet]))
        y[sheet] = _float(Fraction(int(found.total[sheet]), found.unit) * share)
    whole = _design(records, records.starts, y)
    nothing = dict.fromkeys(whole.applications)
    at = records.starts[lacking]
    pairs = zip(records.application[at].tolist(), records.expert[at].tolist(), strict=True)
    return Means(
        strict=nothing if strict is None else nothing | dict(named(strict.applications, raw_mean(strict))),
        renormalised=named(whole.applications, raw_mean(whole)),
        criteria_first=_criteria_first(records, weights),
        sheets=complete.size,
        incomplete=tuple((records.applications[a], records.experts[e]) for a, e in pairs),
        of_sheets=whole if len(records.criteria) > 1 else None,
    )


def without_sheets(records: Records, weights: Mapping[str, Fraction]) -> Means:
    """Return the means where no sheet is complete."""
    return means(records, weights, weighed(records, weights))


def _criteria_first(records: Records, weights: Mapping[str, Fraction]) -> Mapping[str, float | None]:
    n, criteria = len(records.applications), len(records.criteria)
    pair, inverse = np.unique(records.application * criteria + records.criterion, return_inverse=True)
    with np.errstate(over="ignore", invalid="ignore"):
        score = np.array([float(value) for value in records.values])[records.value]
        mean = sums(inverse, score, pair.size) / np.bincount(inverse)
        weight = np.array([float(weights[criterion]) for criterion in records.criteria])
        application = pair // criteria
        total = sums(application, mean * weight[pair % criteria], n)
    total[np.bincount(application, minlength=n) < criteria] = np.nan
    return named(records.applications, total)


def _design(records: Records, at: Indices, y: Floats) -> Design:
    """The design of some sheets, given by their first rows; names and order are sorted already."""
    rows, i = np.unique(records.application[at], return_inverse=True)
    columns, j = np.unique(records.expert[at], return_inverse=True)
    return Design(
        tuple(records.applications[k] for k in rows), tuple(records.experts[k] for k in columns), i, j, y
    )


def _floats(totals: Integers, unit: int) -> Floats:
    """Exact totals as the nearest doubles."""
    different, inverse = np.unique(totals, return_inverse=True)
    return np.array([_float(Fraction(int(total), unit)) for total in different.tolist()])[inverse]


def _float(total: Fraction) -> float:
    try:
        return float(total)
    except OverflowError:
        raise InvalidInput(Problem("score", "", "is too large once weighted")) from None


def _matrix(records: Records, at: Indices, found: Sums, complete: NDArray[np.bool_]) -> ScoreMatrix | None:
    if at.size > EXACT_SCORES or np.unique(records.expert[at]).size > EXACT_EXPERTS:
        return None
    experts, applications = records.expert[at].tolist(), records.application[at].tolist()
    return ScoreMatrix.from_records(
        (records.experts[e], records.applications[a], Fraction(int(total), found.unit))
        for e, a, total in zip(experts, applications, found.total[complete].tolist(), strict=True)
    )


def _sheets(records: Records) -> Sheets | None:
    """In mappings only what asks for them: several criteria, or categories few enough for a short scale."""
    several = len(records.criteria) > 1
    return records.sheets() if several or len(records.values) <= MOST else None
