from __future__ import annotations

import numpy as np
import pytest

from panel.scoring.agreement.consistency import cronbach, cronbach_of_criteria, cronbach_of_experts
from panel.scoring.design import Design
from panel.scoring.sheets import Sheets


def test_by_hand() -> None:
    # Columns 1 2 3 and 1 3 2 have variance 1 each; the sums 2, 5, 5 have 3: 2 x (1 - 2/3).
    assert cronbach(np.array([[1.0, 1.0], [2.0, 3.0], [3.0, 2.0]])) == pytest.approx(2 / 3)


@pytest.mark.parametrize("table", [[[1.0, 2.0]], [[1.0], [2.0]], [[1.0, 2.0], [2.0, 1.0]]])
def test_undefined(table: list[list[float]]) -> None:
    assert cronbach(np.array(table)) is None


def test_without_a_complete_sheet_or_table_there_is_none() -> None:
    assert cronbach_of_criteria(Sheets.from_records([("x", "A", "a", 1), ("y", "A", "b", 1)])) is None
    assert cronbach_of_experts(Design.from_arrays(list("AAB"), list("xyx"), [1, 2, 3])) is None
