"""What an analysis is asked: the scores of one list, its cap, and what is known about them besides."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from panel.scoring.design import Design
from panel.scoring.matrix import ScoreMatrix
from panel.scoring.official.methods import DEFAULT
from panel.scoring.official.results import Options
from panel.scoring.sheets import Sheets
from panel.scoring.uncertainty.chances import DRAWS, SEED

Scores = Mapping[str, float | None]
"""A score for every application, None for one without."""

Select = Callable[[Scores], Collection[str]]
"""The rule that selects: from the scores of a list to its selected applications."""

Sheet = tuple[str, str]
"""Expert and application."""


@dataclass(frozen=True)
class Means:
    """The mean total of each application by the three definitions that differ once a criterion is missing.

    Attributes
    ----------
    strict, renormalised, criteria_first : mapping of application to float or None
        See `sheets.totals` and `sheets.criteria_first`.
    sheets : int
        How many sheets there are.
    incomplete : tuple of (application, expert)
        Those that lack a criterion and so do not count.
    of_sheets : Design or None
        The renormalised total of every sheet, complete or not; None with a single criterion.
    """

    strict: Scores
    renormalised: Scores
    criteria_first: Scores
    sheets: int
    incomplete: tuple[tuple[str, str], ...]
    of_sheets: Design | None = None


@dataclass(frozen=True, eq=False)
class Question:
    """One list to be analysed.

    Attributes
    ----------
    design : Design
        The totals that count.
    name : str
        Tells the lists of one call apart.
    matrix : ScoreMatrix, optional
        The same totals as exact numbers: official methods are then computed exactly.
    sheets : Sheets, optional
        The criterion scores: for halo, slips, Cronbach's alpha across criteria, generalizability and Rasch.
    means : Means, optional
        What incomplete sheets would change.
    top : int, optional
        How many may be selected. Without it nothing that concerns a selection is computed.
    needs : mapping of application to application
        An application falls when the one it needs, of a list given earlier, is not selected.
    barred : frozenset of str
        Applications that are ranked but cannot be selected.
    topic : mapping of application to topic, optional
        Of every application of the design.
    order : mapping of (expert, application) to number, optional
        When each expert scored what, for drift.
    affiliated : collection of (expert, application)
        Declared ties.
    method : str
        The official method whose selection is held against other scenarios.
    options : Options
        What the policy sets about it.
    select : callable, optional
        The rule that really selects, given the scores of any method; else the `top` highest scores, equal
        ones across the cut all counting as in.
    draws, seed : int
        Of the joint draws.
    """

    design: Design
    name: str = "all"
    matrix: ScoreMatrix | None = None
    sheets: Sheets | None = None
    means: Means | None = None
    top: int | None = None
    needs: Mapping[str, str] = field(default_factory=dict)
    barred: frozenset[str] = frozenset()
    topic: Mapping[str, str] | None = None
    order: Mapping[Sheet, float] | None = None
    affiliated: Collection[Sheet] = ()
    method: str = DEFAULT
    options: Options = field(default_factory=Options)
    select: Select | None = None
    draws: int = DRAWS
    seed: int = SEED

    @property
    def topics(self) -> list[str] | None:
        """The topic of each application, in the order of the design."""
        return None if self.topic is None else [self.topic[name] for name in self.design.applications]

    @property
    def several_criteria(self) -> Sheets | None:
        """The criterion scores if there is more than one criterion."""
        return self.sheets if self.sheets is not None and len(self.sheets.criteria) > 1 else None
