"""The scores of one track as exact numbers: who gave what to which application, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import lcm
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from panel.errors import InvalidInput, Problem

Score = int | Fraction
Record = tuple[str, str, Score]
"""One valid sheet: expert, application, value."""

Scalar = TypeVar("Scalar", bound=np.generic)


_exactly = lru_cache(maxsize=1 << 14)(Fraction)
"""Scores are few different numbers, and to make a fraction takes longer than to find it."""


@dataclass(frozen=True)
class ScoreMatrix:
    """Experts x applications of exact values, with explicit holes.

    Build it with `from_records`; the constructor trusts its arguments.

    Attributes
    ----------
    experts : tuple of str, length m
        The experts with at least one value, sorted by code point.
    applications : tuple of str, length n
        The applications with at least one value, sorted by code point.
    rows : mapping of application to mapping of expert to Fraction
        The values that exist, in the order of `applications` and, inside, of `experts`. The unit is the
        caller's (the review uses hundredths of a point); higher is better.
    """

    experts: tuple[str, ...]
    applications: tuple[str, ...]
    rows: Mapping[str, Mapping[str, Fraction]]

    @classmethod
    def from_records(cls, records: Iterable[Record]) -> ScoreMatrix:
        """Build the matrix from valid sheets in any order; the result does not depend on that order.

        Parameters
        ----------
        records : iterable of (expert, application, value)
            One record per valid sheet. A hole is a record that is not there: never a zero, never a NaN.

        Raises
        ------
        InvalidInput
            No record at all, the same expert twice on one application, or a value that is neither `int` nor
            `Fraction` (a float would already have lost the exact sum).
        """
        cells: dict[tuple[str, str], Fraction] = {}
        for expert, application, value in records:
            where = f"score of expert {expert} for application {application}"
            # bool is an int to Python and Fraction accepts a float: both would hide a mistake of the caller.
            if isinstance(value, bool) or not isinstance(value, int | Fraction):
                raise InvalidInput(Problem(where, str(value), "must be a whole number or a Fraction"))
            if (application, expert) in cells:
                raise InvalidInput(Problem(where, str(value), "is there twice; one expert gives one score"))
            cells[application, expert] = _exactly(value)
        if not cells:
            raise InvalidInput(Problem("scores", "", "there is no score, so there is nothing to compute"))
        rows: dict[str, dict[str, Fraction]] = {}
        for application, expert in sorted(cells):
            rows.setdefault(application, {})[expert] = cells[application, expert]
        experts = tuple(sorted({expert for _, expert in cells}))
        return cls(experts=experts, applications=tuple(rows), rows=rows)

    def score(self, expert: str, application: str) -> Fraction | None:
        """Return the value, or None where the expert gave none; KeyError if the application is not there."""
        return self.rows[application].get(expert)

    @cached_property
    def complete(self) -> bool:
        """Whether every expert scored every application."""
        return all(len(row) == len(self.experts) for row in self.rows.values())

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many values each application has."""
        return {application: len(row) for application, row in self.rows.items()}

    @cached_property
    def denominator(self) -> int:
        """The least common denominator of all values."""
        return lcm(*{value.denominator for row in self.rows.values() for value in row.values()})

    @cached_property
    def numerators(self) -> Mapping[str, tuple[int, ...]]:
        """The values of each application over the common denominator, in the order of its row.

        Sums of whole numbers take a tenth of the time that sums of fractions take, and are the same.
        """
        common = self.denominator
        return {
            application: tuple(value.numerator * (common // value.denominator) for value in row.values())
            for application, row in self.rows.items()
        }

    @cached_property
    def positions(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Where values exist: indices into `experts` and into `applications`, both of shape (values,)."""
        index = {expert: j for j, expert in enumerate(self.experts)}
        pairs = [(index[expert], i) for i, row in enumerate(self.rows.values()) for expert in row]
        found = np.array(pairs, dtype=np.intp)
        return _sealed(found[:, 0]), _sealed(found[:, 1])

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """The values as float64 of shape (m, n), read-only; a hole is NaN, which cannot pass as a zero."""
        dense = np.full((len(self.experts), len(self.applications)), np.nan)
        dense[self.positions] = [float(score) for row in self.rows.values() for score in row.values()]
        return _sealed(dense)

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """Whether a value exists: bool of shape (m, n), read-only."""
        dense = np.zeros((len(self.experts), len(self.applications)), dtype=np.bool_)
        dense[self.positions] = True
        return _sealed(dense)


def _sealed(array: NDArray[Scalar]) -> NDArray[Scalar]:
    array.setflags(write=False)
    return array
