from __future__ import annotations

import numpy as np
import pytest

from panel.scoring.agreement.intraclass import from_components, harmonic, intraclass
from panel.scoring.design import Design
from tests.scoring.cases import load, matrix_of


def test_two_decimals_of_shrout_and_fleiss() -> None:
    case = load("sf1979")
    found = intraclass(Design.from_matrix(matrix_of(case)))

    published = case["expected"]["published_icc_2dp"]
    assert {name: round(one.value or 0, 2) for name, one in found.items()} == published


def test_from_components_it_is_the_same_on_complete_data() -> None:
    expected = load("sf1979")["expected"]
    variances = [expected[f"lmm_var_{part}"] for part in ("item", "expert", "residual")]

    found = from_components(variances[0], variances[1], variances[2], k=4)

    for name, value in found.items():
        assert value == pytest.approx(expected[name], abs=1e-5)


def test_no_variance_gives_no_correlation() -> None:
    assert set(from_components(0, 0, 0, 3).values()) == {None}


def test_the_mean_number_of_scores_is_harmonic() -> None:
    # 3 / (1/1 + 1/2 + 1/4) = 12 / 7
    assert harmonic(np.array([1, 2, 4])) == pytest.approx(12 / 7)


def test_a_limit_at_the_pole_is_none() -> None:
    # Two applications that five experts order one way and the sixth, by a lot, the other way: the lower limit
    # of ICC(2,1) is -1 / (k - 1) = -0.2 to the last digit, where that of the mean of k is minus infinity.
    table = np.array([[80.0, 80, 80, 80, 80, 95], [82.0] * 6])
    applications, experts = np.indices(table.shape)
    found = intraclass(
        Design.from_arrays(
            [f"S{i}" for i in applications.ravel()], [f"E{j}" for j in experts.ravel()], table.ravel()
        )
    )
    assert found["ICC2_1"].low == pytest.approx(-0.2)
    assert found["ICC2_k"].low is None
    assert found["ICC2_k"].high is not None
