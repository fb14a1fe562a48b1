"""The registry of official methods, and the one call that applies them.

A method is one file with a `METHOD`, entered in the tuple below; the policy file names it.
"""

from __future__ import annotations

from collections.abc import Mapping

from panel.errors import InvalidInput, Problem
from panel.scoring.components import components
from panel.scoring.matrix import ScoreMatrix
from panel.scoring.official import adjusted, mean, minmax, rank, robust, standard, trimmed
from panel.scoring.official.results import Fit, Method, OfficialScores, Options

DEFAULT = adjusted.METHOD.name

METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (
        adjusted.METHOD,
        mean.METHOD,
        trimmed.METHOD,
        standard.METHOD,
        robust.METHOD,
        minmax.METHOD,
        rank.METHOD,
    )
}


def official(name: str, matrix: ScoreMatrix, options: Options | None = None) -> OfficialScores:
    """Apply an official method to the valid sheets of one track, or to one criterion of them.

    Pass mark and places look at the matrix of sheet totals; criterion floors and tie rungs look at the same
    call on the matrix of that criterion's values alone.

    Parameters
    ----------
    name : str
        A key of `METHODS`.
    matrix : ScoreMatrix
        m experts, n applications. An application without a valid sheet is not in it, nor in the result.
    options : Options, optional
        What the policy sets about the method; the shipped defaults if left out.

    Returns
    -------
    OfficialScores
        In the unit that `unit` states. A disconnected design gives no single list by any method: every score
        is None for the reason `not_connected`, and `components` names the parts; raw means and counts stay.

    Raises
    ------
    InvalidInput
        No method of that name.
    panel.scoring.official.adjusted.Unsolved
        `adjusted` on a large panel with holes, when float64 does not solve the equations well enough.
    """
    if name not in METHODS:
        raise InvalidInput(Problem("official method", name, f"is unknown; use one of {', '.join(METHODS)}"))
    parts = components(matrix)
    fit = METHODS[name].fit(matrix, options or Options()) if len(parts) == 1 else _refusal(matrix)
    return OfficialScores(
        method=name,
        unit=METHODS[name].unit,
        scores=fit.scores,
        reasons=fit.reasons,
        raw_means=mean.mean(matrix),
        counts=matrix.counts,
        effects=fit.effects,
        components=parts,
        exact=fit.exact,
        residual=fit.residual,
        notes=fit.notes,
        left_out=fit.left_out,
    )


def _refusal(matrix: ScoreMatrix) -> Fit:
    return Fit(
        scores=dict.fromkeys(matrix.applications),
        reasons=dict.fromkeys(matrix.applications, "not_connected"),
        notes=("not_connected",),
    )
