"""The scores of one list as arrays of float64, for everything that is estimated rather than decided.

Memory and time grow with the number of scores, not with applications times experts: a hole costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from panel.errors import InvalidInput, Problem
from panel.scoring.matrix import ScoreMatrix

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


def sums(levels: Indices, values: Floats, size: int) -> Floats:
    """Sum values, shape (N,), by the level of each, shape (N,); float64 of shape (size,)."""
    return np.bincount(levels, values, size).astype(np.float64, copy=False)


@dataclass(frozen=True, eq=False)
class Design:
    """N scores of n applications by m experts, one row per score.

    Build it with `from_arrays` or `from_matrix`; the constructor trusts its arguments.

    Attributes
    ----------
    applications : tuple of str, length n
        Sorted by code point; each has at least one score.
    experts : tuple of str, length m
        Sorted by code point; each has at least one score.
    application, expert : intp arrays, shape (N,)
        Which application and which expert a score belongs to. Sorted by application, then expert, so that
        sums, and with them every result, do not depend on the order of the input.
    y : float64 array, shape (N,)
        The scores, finite, in the caller's unit; higher is better.
    """

    applications: tuple[str, ...]
    experts: tuple[str, ...]
    application: Indices
    expert: Indices
    y: Floats

    @classmethod
    def from_arrays(
        cls, applications: Sequence[str], experts: Sequence[str], scores: Sequence[float] | Floats
    ) -> Design:
        """Build the design from three sequences of equal length N, in any order.

        Raises
        ------
        InvalidInput
            No score, a score that is not finite, or two scores of one expert for one application.
        """
        y = np.asarray(scores, dtype=np.float64)
        if y.size == 0:
            raise InvalidInput(Problem("scores", "", "there is no score, so there is nothing to compute"))
        names, i = np.unique(np.asarray(applications, dtype=np.str_), return_inverse=True)
        people, j = np.unique(np.asarray(experts, dtype=np.str_), return_inverse=True)
        order = np.lexsort((j, i))
        i, j, y = i[order], j[order], y[order]
        twice = np.flatnonzero((np.diff(i) == 0) & (np.diff(j) == 0))
        wild = np.flatnonzero(~np.isfinite(y))
        for found, remedy in ((wild, "must be a finite number"), (twice, "is there twice")):
            if found.size:
                row = found[0]
                where = f"score of expert {people[j[row]]} for application {names[i[row]]}"
                raise InvalidInput(Problem(where, str(y[row]), remedy))
        return cls(tuple(map(str, names)), tuple(map(str, people)), i, j, y)

    @classmethod
    def from_matrix(cls, matrix: ScoreMatrix) -> Design:
        """Take over the values of an exact matrix, in its unit."""
        expert, application = matrix.positions
        y = np.array([float(value) for row in matrix.rows.values() for value in row.values()])
        return cls(matrix.applications, matrix.experts, application, expert, y)

    def where(self, kept: NDArray[np.bool_]) -> Design | None:
        """The design of the scores that are kept, shape (N,), or None if none is."""
        if not kept.any():
            return None
        rows, i = np.unique(self.application[kept], return_inverse=True)
        columns, j = np.unique(self.expert[kept], return_inverse=True)
        names = tuple(self.applications[k] for k in rows), tuple(self.experts[k] for k in columns)
        return Design(*names, i, j, self.y[kept])

    def scored(self, y: Floats) -> Design:
        """Other scores, shape (N,), of the same sheets: what was counted is not counted anew."""
        other = replace(self, y=y)
        for name in ("incidence", "per_application", "per_expert", "labels"):
            if name in self.__dict__:
                other.__dict__[name] = self.__dict__[name]
        return other

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of applications and of experts: (n, m)."""
        return len(self.applications), len(self.experts)

    @cached_property
    def incidence(self) -> csr_array:
        """1 where a score exists: sparse float64 of shape (n, m), rows in the order of `y`."""
        return self.sparse(np.ones_like(self.y))

    @cached_property
    def per_application(self) -> Indices:
        """Number of scores of each application, shape (n,), at least 1."""
        return np.bincount(self.application, minlength=len(self.applications))

    @cached_property
    def per_expert(self) -> Indices:
        """Number of scores by each expert, shape (m,), at least 1."""
        return np.bincount(self.expert, minlength=len(self.experts))

    @property
    def complete(self) -> bool:
        """Whether every expert scored every application."""
        n, m = self.shape
        return self.y.size == n * m

    @cached_property
    def labels(self) -> tuple[Indices, Indices]:
        """The connected component of each application, shape (n,), and of each expert, shape (m,).

        Components are numbered from 0 in the order of their first application.
        """
        m = self.shape[1]
        starts = np.concatenate(([0], np.cumsum(self.per_application)[:-1]))
        # Experts of one application are linked in a chain: far fewer nodes than applications and experts. One
        # link of every chain, each time another, is usually enough to tie all experts together.
        shared = np.flatnonzero(self.per_application > 1)
        some = starts[shared] + shared % (self.per_application[shared] - 1)
        parts, of_expert = self._linked(some)
        if parts > 1:
            parts, of_expert = self._linked(np.flatnonzero(np.diff(self.application) == 0))
        if parts == 1:
            return np.zeros(self.shape[0], dtype=np.intp), np.zeros(m, dtype=np.intp)
        of_application = of_expert[self.expert[starts]]
        _, first = np.unique(of_application, return_index=True)
        number = np.empty(first.size, dtype=np.intp)
        number[np.argsort(first)] = np.arange(first.size)
        return number[of_application], number[of_expert]

    def _linked(self, rows: Indices) -> tuple[int, Indices]:
        """Components of the experts, and their number, if those of each row and the next are linked."""
        m = self.shape[1]
        ends = self.expert[rows].astype(np.int32), self.expert[rows + 1].astype(np.int32)
        parts, labels = connected_components(csr_array((np.ones(rows.size), ends), (m, m)), directed=False)
        return int(parts), labels.astype(np.intp)

    @property
    def parts(self) -> int:
        """Number of connected components."""
        return int(self.labels[0].max()) + 1

    @property
    def connected(self) -> bool:
        """Whether a chain of shared experts links every two applications."""
        return self.parts == 1

    def sparse(self, data: Floats) -> csr_array:
        """Lay one number per score, shape (N,), out as a sparse matrix of shape (n, m)."""
        starts = np.concatenate(([0], np.cumsum(self.per_application)))
        return csr_array((data, self.expert, starts), shape=self.shape)

    def dense(self) -> Floats:
        """The scores as float64 of shape (n, m); a hole is NaN. Only for panels."""
        table = np.full(self.shape, np.nan)
        table[self.application, self.expert] = self.y
        return table
