"""`mean`: the plain mean of the values of each application."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from panel.scoring.matrix import ScoreMatrix
from panel.scoring.official.results import Fit, Method, Options


def mean(matrix: ScoreMatrix) -> Mapping[str, Fraction]:
    """Return the plain mean x_i = sum_j y_ij / n_i of each application, exactly.

    Parameters
    ----------
    matrix : ScoreMatrix
        m experts, n applications; may have holes and may be disconnected.

    Returns
    -------
    mapping of application to Fraction, length n
        In the unit of the matrix. With holes, an application seen mostly by severe experts loses by it.
    """
    common = matrix.denominator
    return {name: Fraction(sum(row), common * len(row)) for name, row in matrix.numerators.items()}


def _fit(matrix: ScoreMatrix, _options: Options) -> Fit:
    return Fit(scores=mean(matrix), notes=() if matrix.complete else ("severity_not_corrected",))


METHOD = Method("mean", _fit)
