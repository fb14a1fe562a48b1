"""`trimmed`: the mean without one highest and one lowest value (去掉一个最高分和一个最低分)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from panel.scoring.matrix import ScoreMatrix
from panel.scoring.official.results import Fit, Method, Note, Options, Reason


def trimmed(matrix: ScoreMatrix, options: Options) -> Mapping[str, Fraction | None]:
    """Return the trimmed mean x_i = (sum_j y_ij - max_j y_ij - min_j y_ij) / (n_i - 2), exactly.

    One instance of the highest and one of the lowest is dropped, also where several experts gave that value.

    Parameters
    ----------
    matrix : ScoreMatrix
        m experts, n applications; may have holes and may be disconnected.
    options : Options
        `min_sheets`: an application with fewer values gets None, never its untrimmed mean instead: trimmed
        and untrimmed scores do not belong in one list.

    Returns
    -------
    mapping of application to Fraction or None, length n
        In the unit of the matrix.

    References
    ----------
    Tukey, J. W. (1962). The future of data analysis. Annals of Mathematical Statistics 33(1), 1-67.
    """
    return {
        application: _without_extremes(row) if len(row) >= options.min_sheets else None
        for application, row in matrix.rows.items()
    }


def _without_extremes(row: Mapping[str, Fraction]) -> Fraction:
    kept = sorted(row.values())[1:-1]
    return sum(kept, Fraction(0)) / len(kept)


def _fit(matrix: ScoreMatrix, options: Options) -> Fit:
    scores = trimmed(matrix, options)
    reasons: dict[str, Reason] = {name: "too_few_sheets" for name, score in scores.items() if score is None}
    notes: list[Note] = []
    if reasons:
        notes.append("too_few_sheets")
    if not matrix.complete:
        notes.append("severity_not_corrected")
    return Fit(scores=scores, reasons=reasons, notes=tuple(notes))


METHOD = Method("trimmed", _fit)
