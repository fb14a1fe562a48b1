from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr

from panel.scoring.agreement import correlation
from panel.scoring.agreement.correlation import Pairwise, meetings, pairwise
from panel.scoring.design import Design


def drawn(holes: bool) -> Design:
    chance = np.random.Generator(np.random.PCG64(7))
    cells = [(i, j) for i in range(12) for j in range(5) if not (holes and (i + j) % 4 == 0)]
    scores = chance.integers(0, 9, len(cells)).astype(float)
    return Design.from_arrays([f"A{i:02}" for i, _ in cells], [f"E{j}" for _, j in cells], scores)


@pytest.mark.parametrize("holes", [False, True])
def test_means_of_the_correlations_of_scipy(holes: bool) -> None:
    design = drawn(holes)
    table = design.dense()
    both = [(a, b) for a in range(5) for b in range(a)]
    common = [(table[:, a], table[:, b], ~np.isnan(table[:, a] + table[:, b])) for a, b in both]
    r = [pearsonr(x[here], y[here]).statistic for x, y, here in common]
    rho = [spearmanr(x[here], y[here]).statistic for x, y, here in common]

    found = pairwise(design)

    assert found.pearson == pytest.approx(math.tanh(np.arctanh(r).mean()), abs=1e-10)
    assert found.spearman == pytest.approx(math.tanh(np.arctanh(rho).mean()), abs=1e-10)
    assert (found.pairs, found.skipped) == (10, 0)


def test_two_common_applications_are_too_few() -> None:
    assert pairwise(Design.from_arrays(list("AABB"), list("xyxy"), [1, 2, 3, 5])) == Pairwise(
        None, None, 0, 1
    )


def test_perfect_pairs_have_no_weight_beside_others() -> None:
    # x and y agree perfectly; z orders as 1 3 2: r = 0.5 with both.
    design = Design.from_arrays(list("AAABBBCCC"), list("xyzxyzxyz"), [1, 1, 1, 2, 2, 3, 3, 3, 2])

    assert pairwise(design).pearson == pytest.approx(0.5)


def test_above_the_limit_nothing_is_enumerated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correlation, "PAIRS", 3)

    assert meetings(drawn(True)) is None
    assert pairwise(drawn(True)) == Pairwise(None, None, 0, 0)


def test_who_gives_all_the_same_leaves_no_mean() -> None:
    design = Design.from_arrays(list("AABBCC"), list("xyxyxy"), [1, 4, 2, 4, 3, 4])

    assert pairwise(design) == Pairwise(None, None, 0, 0)
