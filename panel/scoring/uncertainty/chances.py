"""How likely each application is to be selected, and between which ranks it lies, by joint draws.

Every draw is one way in which the true worths may lie, given the scores. In each the lists are ordered, the
links between them are followed and the caps applied; what is counted is how often an application is in.

References
----------
Goldstein, H., Spiegelhalter, D. J. (1996). League tables and their limitations: statistical issues in
comparisons of institutional performance. Journal of the Royal Statistical Society A 159(3), 385-443.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from panel.scoring.design import Floats, Indices
from panel.scoring.uncertainty.ranks import Places, Taken, Tally, ranks_of

DRAWS = 2000
SEED = 20_260_901
BLOCK = 1_600_000
"""Numbers drawn at a time. It is part of the result: another block would be another stream of chance."""

GREY = 0.1, 0.9
"""Between these probabilities a selection is a matter of chance: neither clearly in nor clearly out."""


TAILS = 0.05, 0.95
THREADS = 2


class Drawable(Protocol):
    """What can draw the worths of n applications jointly, shape (n, count)."""

    @property
    def worth(self) -> Floats: ...

    def draw(self, generator: np.random.Generator, count: int) -> Floats: ...


@dataclass(frozen=True, eq=False)
class Contest:
    """One list with its own cap.

    Attributes
    ----------
    name : str
    applications : sequence of str, length n
    posterior : Drawable
        Of the same n applications in the same order.
    cap : int
        The most that may be selected.
    needs : mapping of application to application
        An application of this list falls when the one it needs, of a list given earlier, is not selected.
    barred : frozenset of str
        Applications that are ranked but cannot be selected (below a floor, withdrawn).
    """

    name: str
    applications: Sequence[str]
    posterior: Drawable
    cap: int
    needs: Mapping[str, str] = field(default_factory=dict)
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Chances:
    """What the draws say about one list; arrays of shape (n,) in the order of its applications.

    Attributes
    ----------
    applications : tuple of str
    selected : float64 array
        Share of draws in which the application is selected.
    rank_low, rank_high : intp arrays
        Smallest ranks whose cumulative share of draws reaches .05 and .95; above 65,535 applications to within
        a few places. Ranks are before any fall.
    expected_rank : float64 array
    grey : bool array
        Whether the probability lies strictly between `GREY`.
    draws : int
    """

    applications: tuple[str, ...]
    selected: Floats
    rank_low: Indices
    rank_high: Indices
    expected_rank: Floats
    grey: Taken
    draws: int


def chances(contests: Sequence[Contest], draws: int = DRAWS, seed: int = SEED) -> dict[str, Chances]:
    """Draw all lists `draws` times and count.

    Parameters
    ----------
    contests : sequence of Contest
        In the order in which they are decided. Lists of one posterior each: they are drawn independently.
    draws : int
        With 2,000 the standard error of a probability is at most .011.
    seed : int
        The same seed, the same result.

    Returns
    -------
    mapping of the list's name to Chances
    """
    widest = max(len(contest.applications) for contest in contests)
    block = max(1, min(draws, BLOCK // widest))
    links = _links(contests)
    tallies = [Tally(len(contest.applications), draws) for contest in contests]

    def drawn(number: int) -> list[tuple[Places, Taken]]:
        width = min(block, draws - number * block)
        found: list[tuple[Places, Taken]] = []
        for c, contest in enumerate(contests):
            generator = np.random.Generator(np.random.PCG64([seed, c, number]))
            ranks = ranks_of(contest.posterior.draw(generator, width).T, generator)
            taken = [taken for _, taken in found]
            found.append((ranks, _select(ranks, _may(contest, links[c], taken), contest.cap)))
        return found

    # Blocks have their own streams of chance, so that it does not matter which thread draws which.
    with ThreadPoolExecutor(THREADS) as pool:
        for blocks in pool.map(drawn, range(-(-draws // block))):
            for tally, (ranks, taken) in zip(tallies, blocks, strict=True):
                tally.add(ranks, taken)
    return {contest.name: _chances(contest, tally) for contest, tally in zip(contests, tallies, strict=True)}


def _links(contests: Sequence[Contest]) -> list[dict[int, tuple[int, int]]]:
    """For each list: the position of an application that needs another, and the list and position of that."""
    where: dict[str, tuple[int, int]] = {}
    found = []
    for c, contest in enumerate(contests):
        needs = contest.needs
        found.append({i: where[needs[name]] for i, name in enumerate(contest.applications) if name in needs})
        where |= {name: (c, i) for i, name in enumerate(contest.applications)}
    return found


def _may(contest: Contest, links: Mapping[int, tuple[int, int]], taken: Sequence[Taken]) -> Taken | None:
    """Which applications can be selected in which draw, shape (draws, n); None if all can."""
    barred = [i for i, name in enumerate(contest.applications) if name in contest.barred]
    if not barred and not links:
        return None
    width = taken[0].shape[0] if links else 1
    may = np.ones((width, len(contest.applications)), dtype=np.bool_)
    may[:, barred] = False
    for own, (other, needed) in links.items():
        may[:, own] &= taken[other][:, needed]
    return may


def _select(ranks: Places, may: Taken | None, cap: int) -> Taken:
    """The first `cap` that can be selected, draw by draw."""
    if may is None:
        first: Taken = ranks <= cap
        return first
    may = np.broadcast_to(may, ranks.shape)
    in_order = np.empty_like(may)
    np.put_along_axis(in_order, ranks - 1, may, axis=1)
    before = np.cumsum(in_order, axis=1)
    chosen: Taken = may & (np.take_along_axis(before, ranks - 1, axis=1) <= cap)
    return chosen


def _chances(contest: Contest, tally: Tally) -> Chances:
    selected = tally.selected / tally.draws
    low, high = tally.limits(TAILS)
    return Chances(
        applications=tuple(contest.applications),
        selected=selected,
        rank_low=low,
        rank_high=high,
        expected_rank=tally.total / tally.draws,
        grey=(selected > GREY[0]) & (selected < GREY[1]),
        draws=tally.draws,
    )
