"""What is known about the sheets of a round besides their points (评审情形): orders, and conflicts on record.

The official result does not depend on them. The analysis asks whether an expert became milder or harsher on
the way, and whether those with a conflict on record gave more than the others.
"""

from __future__ import annotations

from dataclasses import dataclass

Pair = tuple[str, str]
"""Expert and application."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What was on record when somebody asked; two that are equal give the same analysis.

    `order`: each sheet with its place in the expert's own order, sorted. `conflicted`: the expert has a
    conflict with the application on record, stated by the data or the expert, and judged it all the same.
    """

    order: tuple[tuple[Pair, int], ...] = ()
    conflicted: frozenset[Pair] = frozenset()


NOTHING = Circumstances()
"""Where only the points are known."""
