"""What `standard`, `robust`, `minmax` and `rank` share: each expert on a common scale, then the mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from panel.scoring.matrix import ScoreMatrix
from panel.scoring.official.results import Fit, Note, Reason

Column = Mapping[str, int]
"""The values of one expert by application, at least one, as whole numbers over one denominator: a scale of
the expert's own has no unit, and whole numbers are quick."""

Rescaled = Mapping[str, Fraction]
"""The same on the scale of the method."""

Rescale = Callable[[Column], Rescaled | None]
"""Puts the values of one expert on the method's scale; None where these values do not define it."""

T_MEAN, T_SPREAD = 50, 10
"""The T scale: an expert's average application stands at 50, one spread above it at 60."""


def rescaled(matrix: ScoreMatrix, rescale: Rescale) -> Fit:
    """Put every expert on one scale and average over the experts of each application.

    Parameters
    ----------
    matrix : ScoreMatrix
        m experts, n applications; may have holes.
    rescale : callable
        Applied to each expert alone. An expert for whom it is undefined is left out of every mean.

    Returns
    -------
    Fit
        On the scale of `rescale`. An application all of whose experts were left out has no score, for the
        reason `no_spread`; a stand-in would put it somewhere nobody has seen it.
    """
    columns = by_expert(matrix)
    scaled = {expert: found for expert, column in columns.items() if (found := rescale(column))}
    left_out = tuple(expert for expert in columns if expert not in scaled)
    scores = {
        application: _mean([scaled[expert][application] for expert in row if expert in scaled])
        for application, row in matrix.rows.items()
    }
    reasons: dict[str, Reason] = {name: "no_spread" for name, score in scores.items() if score is None}
    notes: list[Note] = []
    if left_out:
        notes.append("experts_left_out")
    if not matrix.complete:
        notes.append("equal_sets_assumed")
    return Fit(scores=scores, reasons=reasons, notes=tuple(notes), left_out=left_out)


def by_expert(matrix: ScoreMatrix) -> Mapping[str, Column]:
    """Return the values of each expert, in the order of `experts` and, inside, of `applications`."""
    columns: dict[str, dict[str, int]] = {expert: {} for expert in matrix.experts}
    for application, values in matrix.numerators.items():
        for expert, value in zip(matrix.rows[application], values, strict=True):
            columns[expert][application] = value
    return columns


def _mean(values: list[Fraction]) -> Fraction | None:
    return sum(values, Fraction(0)) / len(values) if values else None
