from __future__ import annotations

import numpy as np
import pytest

from panel.scoring.experts.cells import cells_of, halo, slips
from panel.scoring.sheets import Sheets
from tests.scoring.experts.planted import C, m, n, sheets_of, sound


def test_one_criterion_or_no_complete_sheet_gives_no_cells() -> None:
    assert cells_of(Sheets.from_records([("x", "A", "a", 1), ("y", "A", "a", 2)])) is None
    assert cells_of(Sheets.from_records([("x", "A", "a", 1), ("y", "A", "b", 2)])) is None


def test_what_is_left_of_a_cell_after_all_two_way_means() -> None:
    cells = cells_of(sheets_of(sound()))
    assert cells is not None
    y = cells.table.reshape(n, m, C)
    left = (
        y
        - y.mean(axis=2, keepdims=True)
        - y.mean(axis=1, keepdims=True)
        - y.mean(axis=0, keepdims=True)
        + y.mean(axis=(1, 2), keepdims=True)
        + y.mean(axis=(0, 2), keepdims=True)
        + y.mean(axis=(0, 1), keepdims=True)
        - y.mean()
    ).reshape(n * m, C)

    assert slips(cells) == pytest.approx(left / (1.4826 * np.median(np.abs(left), axis=0)))


def test_halo_by_its_definition() -> None:
    cells = cells_of(sheets_of(sound()))
    assert cells is not None
    y = cells.table.reshape(n, m, C)
    inner = (
        y - y.mean(axis=2, keepdims=True) - y.mean(axis=0, keepdims=True) + y.mean(axis=(0, 2), keepdims=True)
    )
    variance = (inner**2).sum(axis=(0, 2)) / ((n - 1) * (C - 1))
    found = halo(cells)

    assert found.ratio == pytest.approx(variance / np.median(variance))
    r = [np.array(np.corrcoef(y[:, j], rowvar=False))[np.triu_indices(C, 1)].mean() for j in range(m)]
    assert found.correlation == pytest.approx(np.array(r))
    assert set(found.df.tolist()) == {78}


def test_criteria_that_never_differ_have_no_halo_and_no_slips() -> None:
    rows = [(e, a, c, y) for e in "xy" for a, y in zip("ABC", (1, 2, 3), strict=True) for c in "ab"]
    cells = cells_of(Sheets.from_records(rows))
    assert cells is not None

    assert np.isnan(halo(cells).ratio).all()
    assert np.isnan(slips(cells)).all()
    assert halo(cells).correlation == pytest.approx([1, 1])


def test_parts_without_a_link_have_no_slips() -> None:
    rows = [("x", "A", "a", 1), ("x", "A", "b", 2), ("y", "B", "a", 1), ("y", "B", "b", 3)]
    cells = cells_of(Sheets.from_records(rows))
    assert cells is not None

    assert np.isnan(slips(cells)).all()
    assert np.isnan(halo(cells).ratio).all()
