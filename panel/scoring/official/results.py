"""What an official method is given beside the scores, and what it answers: frozen values with reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from panel.errors import InvalidInput, Problem
from panel.scoring.components import Component
from panel.scoring.matrix import ScoreMatrix

LEAST_TRIM_SHEETS = 3
"""Dropping one highest and one lowest of two sheets would leave nothing."""

Reason = Literal["not_connected", "too_few_sheets", "no_spread"]
"""Why an application has no official score; the codes are those of the ranking.

`no_spread`: none of its experts told applications apart, so that their values have no common scale.
"""

Note = Literal[
    "not_connected",
    "too_few_sheets",
    "severity_not_corrected",
    "equal_sets_assumed",
    "experts_left_out",
    "float64",
]
"""What a reader of the whole list must be told.

`not_connected`: no single list exists; `components` names the parts.
`too_few_sheets`: at least one application has no score because it has fewer sheets than the method needs.
`severity_not_corrected`: there are holes, and the method does not correct for who scored whom.
`equal_sets_assumed`: there are holes, and the method takes it that experts saw equally good applications.
`experts_left_out`: the values of some experts do not define the method's scale; `left_out` names them.
`float64`: too many experts for exact rationals; `residual` states what is left of the equations.
"""


Unit = Literal["points", "index"]
"""What an official score is counted in: the unit of the matrix, or the method's own scale without a unit."""


@dataclass(frozen=True)
class Options:
    """What the policy may set about a method.

    Attributes
    ----------
    min_sheets : int
        `trimmed` only: the fewest sheets of which one highest and one lowest may be dropped. 7 unless set,
        never below 3.

    Raises
    ------
    InvalidInput
        `min_sheets` is below 3.
    """

    min_sheets: int = 7

    def __post_init__(self) -> None:
        if self.min_sheets < LEAST_TRIM_SHEETS:
            remedy = f"must be at least {LEAST_TRIM_SHEETS}: one highest and one lowest are dropped"
            raise InvalidInput(Problem("min_sheets", str(self.min_sheets), remedy))


@dataclass(frozen=True)
class Fit:
    """What one method says about a connected design; `OfficialScores` explains the fields."""

    scores: Mapping[str, Fraction | None]
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    effects: Mapping[str, Fraction] = field(default_factory=dict)
    exact: bool = True
    residual: float = 0.0
    notes: tuple[Note, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Method:
    """An official method: its name in the policy file, the fit of a connected design, its unit."""

    name: str
    fit: Callable[[ScoreMatrix, Options], Fit]
    unit: Unit = "points"


@dataclass(frozen=True)
class OfficialScores:
    """The official scores of one list, not clipped and not rounded.

    Attributes
    ----------
    method : str
        Name of the method that was applied.
    unit : Unit
        `points`: the scores are in the unit of the matrix, and limits in points mean something for them.
        `index`: they are on the scale of the method, and such limits mean nothing.
    scores : mapping of application to Fraction or None
        The official score of every application of the matrix; None where there is none, never a stand-in.
    reasons : mapping of application to Reason
        For exactly the applications whose score is None.
    raw_means : mapping of application to Fraction
        The plain mean of the values, shown beside the official score whatever the method.
    counts : mapping of application to int
        Number of values.
    effects : mapping of expert to Fraction
        Estimated expert effects, positive = lenient, summing to zero; empty if the method estimates none.
    components : tuple of Component
        Connected parts of the design; one if a single list exists.
    exact : bool
        Whether no floating point was used: exact rationals, or roots correctly rounded to `PLACES` decimals.
    residual : float
        Largest absolute residual of the equations solved, in the unit of the matrix; 0 when exact.
    notes : tuple of Note
        What a reader of the list must be told.
    left_out : tuple of str
        The experts whose values the method cannot use, because they do not define its scale.
    """

    method: str
    unit: Unit
    scores: Mapping[str, Fraction | None]
    reasons: Mapping[str, Reason]
    raw_means: Mapping[str, Fraction]
    counts: Mapping[str, int]
    effects: Mapping[str, Fraction]
    components: tuple[Component, ...]
    exact: bool
    residual: float
    notes: tuple[Note, ...]
    left_out: tuple[str, ...]
