from __future__ import annotations

import pytest

from panel.scoring.agreement.concordance import Concordance, concordance
from panel.scoring.design import Design


def test_by_hand() -> None:
    # Ranks 1 2 3 and 1 3 2: sums 2, 5, 5, S = 6, W = 12 x 6 / (4 x 24) = 0.75, chi square 2 x 2 x W.
    found = concordance(Design.from_arrays(list("AABBCC"), list("xyxyxy"), [9, 9, 8, 7, 7, 8]))

    assert (found.ties, found.uncorrected, found.chisq) == (0.75, 0.75, 3.0)
    assert found.p == pytest.approx(0.22313, abs=1e-5)  # exp(-3/2): chi square with two degrees of freedom


def test_ties_correct_it() -> None:
    # x: 1.5 1.5 3, y: 1 2 3; sums 2.5, 3.5, 6, S = 6.5; T = 6: W = 78 / (96 - 12).
    found = concordance(Design.from_arrays(list("AABBCC"), list("xyxyxy"), [9, 9, 9, 8, 7, 7]))

    assert found.ties == pytest.approx(78 / 84)
    assert found.uncorrected == pytest.approx(78 / 96)


@pytest.mark.parametrize(
    ("applications", "experts", "scores"),
    [
        (list("AAB"), list("xyx"), [1, 2, 3]),
        (list("AA"), list("xy"), [1, 2]),
        (list("AABB"), list("xyxy"), [1] * 4),
    ],
)
def test_undefined(applications: list[str], experts: list[str], scores: list[float]) -> None:
    assert concordance(Design.from_arrays(applications, experts, scores)) == Concordance(
        None, None, None, None
    )
