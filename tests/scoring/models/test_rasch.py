"""The many-facet Rasch model against its likelihood, written down a second time and maximised by scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from panel.scoring.design import Floats
from panel.scoring.models import rasch as module
from panel.scoring.models import rating_scale
from panel.scoring.models.rasch import Rasch, rasch
from panel.scoring.sheets import Cell, Sheets

n, m, C, K = 8, 4, 3, 4


def drawn(seed: int = 11, holes: bool = False) -> list[Cell]:
    """Ratings 1 to 5 from the model itself."""
    chance = np.random.Generator(np.random.PCG64(seed))
    b, c, d = chance.normal(0, 1, n), np.array([-0.6, 0.0, 0.2, 0.4]), np.array([-0.3, 0.1, 0.2])
    rows: list[Cell] = []
    for i, j, k in np.ndindex(n, m, C):
        if not holes or (i + j) % 3:
            x = int((b[i] - c[j] - d[k] + chance.logistic(0, 1, K) > np.array([-1.5, -0.5, 0.5, 1.5])).sum())
            rows.append((f"E{j}", f"A{i}", f"c{k}", x + 1))
    return rows


def fitted(rows: list[Cell]) -> Rasch:
    found = rasch(Sheets.from_records(rows))
    assert isinstance(found, Rasch)
    return found


def independent(rows: list[Cell]) -> tuple[list[Floats], float]:
    """Minus the log likelihood from the adjacent-category logits, maximised without its derivatives."""
    i, j, k, x = np.array([(int(a[1:]), int(e[1:]), int(c[1:]), int(x) - 1) for e, a, c, x in rows]).T

    def parts(free: Floats) -> list[Floats]:
        b, c, d, f = np.split(free, np.cumsum([n, m - 1, C - 1]))
        return [b, *(np.append(v, -v.sum()) for v in (c, d, f))]

    def minus(free: Floats) -> float:
        b, c, d, f = parts(free)
        steps = (b[i] - c[j] - d[k])[:, None] - f
        logits = np.hstack([np.zeros((x.size, 1)), np.cumsum(steps, axis=1)])
        return float((np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(x.size), x]).sum())

    best = minimize(minus, np.zeros(n + m - 1 + C - 1 + K - 1), method="BFGS", options={"gtol": 1e-5})
    return parts(best.x), -float(best.fun)


@pytest.mark.parametrize("holes", [False, True])
def test_it_is_the_maximum_of_the_likelihood(holes: bool) -> None:
    rows = drawn(holes=holes)
    found = fitted(rows)
    (b, c, d, f), likelihood = independent(rows)

    assert found.log_likelihood == pytest.approx(likelihood, abs=1e-6)
    assert found.applications.measure == pytest.approx(b, abs=1e-4)
    assert found.experts.measure == pytest.approx(c, abs=1e-4)
    assert found.criteria.measure == pytest.approx(d, abs=1e-4)
    assert found.thresholds == pytest.approx(f, abs=1e-4)


def test_expected_totals_are_the_observed_ones_and_scales_are_centred() -> None:
    rows = drawn()
    found = fitted(rows)

    # The likelihood equations: at fair averages nothing is left over on the whole.
    assert found.experts.measure.sum() == pytest.approx(0, abs=1e-9)
    assert found.criteria.measure.sum() == pytest.approx(0, abs=1e-9)
    assert found.thresholds.sum() == pytest.approx(0, abs=1e-9)
    assert 1 <= found.applications.fair.min() <= found.applications.fair.max() <= 5
    # A severe expert has a lower fair average.
    assert (np.argsort(found.experts.fair) == np.argsort(-found.experts.measure)).all()


def test_mean_squares_and_errors_by_their_definition() -> None:
    rows = drawn()
    found = fitted(rows)
    (b, c, d, f), _ = independent(rows)
    squares: list[float] = []
    variances: list[float] = []
    for e, a, k, x in rows:
        if e == "E1":
            logit = np.concatenate(([0.0], np.cumsum(b[int(a[1:])] - c[1] - d[int(k[1:])] - f)))
            p = np.exp(logit) / np.exp(logit).sum()
            mean = p @ np.arange(K + 1)
            squares.append(float((int(x) - 1 - mean) ** 2))
            variances.append(float(p @ np.arange(K + 1) ** 2 - mean**2))
    assert found.experts.infit[1] == pytest.approx(sum(squares) / sum(variances), abs=1e-4)
    assert found.experts.outfit[1] == pytest.approx(np.mean(np.divide(squares, variances)), abs=1e-4)
    assert found.experts.se[1] == pytest.approx(sum(variances) ** -0.5, abs=1e-4)


def test_an_extreme_application_gets_a_finite_measure_beyond_the_others() -> None:
    rows = [row for row in drawn() if row[1] not in {"A6", "A7"}]
    best: list[Cell] = [(f"E{j}", "A6", f"c{k}", 5) for j in range(m) for k in range(C)]
    worst: list[Cell] = [(f"E{j}", "A7", f"c{k}", 1) for j in range(m) for k in range(C)]
    found = fitted([*rows, *best, *worst])
    alone = fitted(rows)

    assert found.applications.extreme.tolist() == [False] * 6 + [True] * 2
    assert found.applications.measure[:6] == pytest.approx(alone.applications.measure)
    assert found.applications.measure[7] < found.applications.measure[:6].min()
    assert found.applications.measure[:6].max() < found.applications.measure[6] < 10
    assert np.isnan(found.applications.infit[6:]).all()
    # Its expected total is 0.3 points inside: 12 scores, fair at the mean expert and criterion.
    assert found.applications.fair[6] == pytest.approx(5 - 0.3 / 12, abs=0.01)


def test_an_extreme_expert_is_placed_too() -> None:
    harsh: list[Cell] = [("E9", f"A{i}", f"c{k}", 1) for i in range(n) for k in range(C)]
    found = fitted([*drawn(), *harsh])

    assert found.experts.extreme.tolist() == [False] * 4 + [True]
    assert found.experts.measure[4] > found.experts.measure[:4].max()


def small(scores: list[float], criteria: str = "a") -> Sheets:
    rows: list[Cell] = [
        (f"E{j}", f"A{i}", c, int(2 * scores[(i * 5 + j * 3 + k) % len(scores)]))
        for i in range(6)
        for j in range(3)
        for k, c in enumerate(criteria)
    ]
    return Sheets.from_records(rows)


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        ([1, 2], "too_few_categories"),
        ([1, 2, 3, 5], "empty_category"),
        ([1, 2, 3.5], "uneven_scale"),
        ([1, 2, 4], "empty_category"),
        ([float(x) for x in range(11)], "too_many_categories"),
        ([1, 2, 20], "too_many_categories"),
        ([1.5, 2.5, 4, *range(5, 14)], "too_many_categories"),
    ],
)
def test_other_scales_are_refused(scores: list[float], reason: str) -> None:
    assert rasch(small(scores)) == reason


def test_parts_without_a_link_are_refused() -> None:
    rows = [(f"F{e[1:]}", f"B{a[1:]}", c, x) for e, a, c, x in drawn(5)]

    assert rasch(Sheets.from_records([*drawn(), *rows])) == "not_connected"


def test_experts_nested_in_criteria_cannot_be_told_from_them() -> None:
    rows = [(f"{c}{e}", a, c, x) for e, a, c, x in drawn()]

    assert rasch(Sheets.from_records(rows)) == "not_connected"


def test_too_large_a_design_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DENSE", 5)

    assert rasch(Sheets.from_records(drawn())) == "too_large"


def test_an_unused_category_after_leaving_out_extremes_is_refused() -> None:
    rows: list[Cell] = [row for row in drawn() if row[3] not in {1, 5}]
    low: list[Cell] = [(f"E{j}", "A9", f"c{k}", 1) for j in range(m) for k in range(C)]

    assert rasch(Sheets.from_records([*rows, *low])) == "empty_category"


def test_a_search_that_does_not_end_is_no_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rating_scale, "STEPS", 2)

    assert rasch(Sheets.from_records(drawn())) == "not_converged"
