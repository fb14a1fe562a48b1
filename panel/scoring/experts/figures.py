"""All figures of the experts of one list, computed once: what tables show and what findings are judged by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from panel.scoring.descriptive import Named, named
from panel.scoring.design import Design, Floats
from panel.scoring.experts.affiliation import Affiliation, affiliation
from panel.scoring.experts.cells import Cells, Halo, cells_of, halo, slips
from panel.scoring.experts.drift import Drift, drift
from panel.scoring.experts.measures import Measures, measures, unexplained
from panel.scoring.experts.residuals import largest_of_each, studentised
from panel.scoring.models.least_squares import LeastSquares, least_squares
from panel.scoring.sheets import Sheets
from panel.scoring.units import Unit

Sheet = tuple[str, str]
"""Expert and application."""


@dataclass(frozen=True, eq=False)
class Figures:
    """Everything that was computed; parts are None where the design or the input does not allow them.

    Attributes
    ----------
    design : Design
        The scores in `unit`, so that no square overflows; so are all figures until they are named.
    unit : Unit
    fit : LeastSquares or None
        None if the design falls into parts: experts of different parts cannot be compared.
    left : array, shape (N,)
        1 - leverage.
    measures, studentised, drift, affiliation, cells, halo, slips
        See their files.
    """

    design: Design
    unit: Unit
    fit: LeastSquares | None = None
    left: Floats | None = None
    measures: Measures | None = None
    studentised: Floats | None = None
    drift: Drift | None = None
    affiliation: Affiliation | None = None
    cells: Cells | None = None
    halo: Halo | None = None
    slips: Floats | None = None

    def named(self) -> dict[str, Named | float | None]:
        """Every figure under its published name; a map by expert, or one number for the affiliation."""
        m = self.design.shape[1]
        nothing = np.full(m, np.nan)
        fit, found, trend = self.fit, self.measures, self.drift
        se = fit.expert_se if fit else None
        spread = self.unit.spread
        columns = {
            "expert_severity": spread(-fit.expert) if fit else nothing,
            "expert_severity_se": nothing if se is None else spread(se),
            "expert_spread": found.spread if found else nothing,
            "expert_slope": found.slope if found else nothing,
            "expert_correlation": found.correlation if found else nothing,
            "expert_infit": found.infit if found else nothing,
            "expert_outfit": found.outfit if found else nothing,
            "expert_largest_residual": self._largest_residual(),
            "expert_drift": spread(trend.slope) if trend else nothing,
            "expert_drift_t": trend.t if trend else nothing,
        }
        tie = self.affiliation
        size = self.unit.size
        return (
            {name: named(self.design.experts, values) for name, values in columns.items()}
            | self._of_cells()
            | {
                "affiliation_effect": _finite(size * tie.effect) if tie else None,
                "affiliation_se": _finite(size * tie.se) if tie else None,
                "affiliation_t": tie.t if tie else None,
                "affiliation_p": tie.p if tie else None,
            }
        )

    def _largest_residual(self) -> Floats:
        if self.studentised is None:
            return np.full(self.design.shape[1], np.nan)
        rows = largest_of_each(self.design, self.studentised)
        largest: Floats = np.where(rows >= 0, self.studentised[rows], np.nan)
        return largest

    def _of_cells(self) -> dict[str, Named]:
        """By expert, over those with a complete sheet."""
        names = ("expert_halo", "expert_criterion_correlation", "expert_largest_cell")
        if self.cells is None or self.halo is None or self.slips is None:
            return {name: named(self.design.experts, np.full(self.design.shape[1], np.nan)) for name in names}
        experts = self.cells.design.experts
        size = np.where(np.isnan(self.slips), -1.0, np.abs(self.slips))
        worst = self.slips[np.arange(size.shape[0]), size.argmax(axis=1)]
        rows = largest_of_each(self.cells.design, worst)
        largest = np.where(rows >= 0, worst[rows], np.nan)
        columns = (self.halo.ratio, self.halo.correlation, largest)
        return {name: named(experts, values) for name, values in zip(names, columns, strict=True)}


def figures(
    design: Design,
    sheets: Sheets | None = None,
    order: Mapping[Sheet, float] | None = None,
    affiliated: Collection[Sheet] = (),
) -> Figures:
    """Compute the figures of all experts.

    Parameters
    ----------
    design : Design
        The totals.
    sheets : Sheets, optional
        The criterion scores: for halo, slips and identical sheets.
    order : mapping of (expert, application) to number, optional
        In which order each expert scored, every sheet of the design: for drift.
    affiliated : collection of (expert, application)
        Declared ties: for the affiliation effect.
    """
    unit = Unit.of(design.y)
    design = replace(design, y=unit.standard(design.y))
    found = _with_cells(Figures(design, unit), cells_of(sheets) if sheets else None)
    if not design.connected:
        return found
    fit, left = least_squares(design), unexplained(design)
    positions = _laid_out(design, order) if order else None
    flags = _laid_out(design, dict.fromkeys(affiliated, 1.0), missing=0.0) if affiliated else None
    return replace(
        found,
        fit=fit,
        left=left,
        measures=measures(fit, left),
        studentised=studentised(fit, left),
        drift=None if positions is None or np.isnan(positions).any() else drift(fit, positions),
        affiliation=None if flags is None or not flags.any() else affiliation(fit, flags),
    )


def _with_cells(found: Figures, cells: Cells | None) -> Figures:
    return replace(found, cells=cells, halo=halo(cells), slips=slips(cells)) if cells else found


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _laid_out(design: Design, numbers: Mapping[Sheet, float], missing: float = np.nan) -> Floats:
    pairs = zip(design.expert.tolist(), design.application.tolist(), strict=True)
    experts, applications = design.experts, design.applications
    return np.array([numbers.get((experts[j], applications[i]), missing) for j, i in pairs], dtype=np.float64)
