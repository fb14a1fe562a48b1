from __future__ import annotations

import numpy as np
import pytest

from panel.scoring.agreement import correlation
from panel.scoring.design import Design
from panel.scoring.experts.cells import cells_of
from panel.scoring.experts.pairs import identical, moving_together
from panel.scoring.models.least_squares import least_squares
from panel.scoring.sheets import Sheets
from tests.scoring.experts.planted import design_of, sheets_of, sound


def test_identical_sheets_are_counted_pair_by_pair() -> None:
    scores = sound()
    scores[:10, 1] = scores[:10, 4]
    cells = cells_of(sheets_of(scores))
    assert cells is not None
    found = identical(cells)
    assert found is not None

    (at,) = np.flatnonzero((found.experts == [1, 4]).all(axis=1))
    assert found.values[at] == 10
    assert found.common[at] == 40
    assert found.p[at] < 1e-6
    assert (np.delete(found.p, at) > 1e-3).all()
    assert found.limit(0.01)[at] <= 10


def test_residual_correlations_are_those_of_numpy() -> None:
    design = design_of(sheets_of(sound()))
    fit = least_squares(design)
    found = moving_together(fit)
    assert found is not None

    table = np.array(np.corrcoef(fit.residuals.reshape(40, 7), rowvar=False))
    assert found.values == pytest.approx(table[found.experts[:, 0], found.experts[:, 1]])


def test_without_meetings_or_with_too_many_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = Design.from_arrays(list("AB"), list("xx"), [1, 2])
    assert moving_together(least_squares(alone)) is None
    one = cells_of(Sheets.from_records([("x", "A", "a", 1), ("x", "A", "b", 2)]))
    assert one is not None
    assert identical(one) is None
    monkeypatch.setattr(correlation, "PAIRS", 1)
    assert moving_together(least_squares(design_of(sheets_of(sound())))) is None
