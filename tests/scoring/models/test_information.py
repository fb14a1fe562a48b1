from __future__ import annotations

import numpy as np
import pytest

from panel.scoring.models import information as module
from panel.scoring.models.conjugate import NotConverged
from panel.scoring.models.information import Information
from tests.scoring.designs import simulated


def test_the_leverages_add_up_to_the_number_of_effects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 40)  # several blocks of rows
    design = simulated(30, 8, 3)

    found = Information(design).leverage

    assert found is not None
    assert float(found.sum()) == pytest.approx(30 + 8 - 1)


def test_a_sparse_design_has_the_covariances_of_its_dense_equations() -> None:
    design = simulated(60, 40, 3)
    n, m = design.shape
    table = design.incidence.toarray()
    a = np.diag(table.sum(axis=0)) - table.T @ (table / table.sum(axis=1)[:, None])

    assert Information(design).expert_covariance == pytest.approx(np.linalg.pinv(a), abs=1e-9)
    assert (n, m) == (60, 40)


def test_with_very_many_experts_variances_come_from_probes_within_a_few_percent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    design = simulated(1500, 150, 4)
    exact = Information(design).expert_variance
    monkeypatch.setattr(module, "DENSE_EXPERTS", 100)
    many = Information(design)

    assert many.leverage is None
    assert many.expert_variance == pytest.approx(exact, rel=0.05)
    monkeypatch.setattr(module, "STEPS", 1)
    with pytest.raises(NotConverged):
        _ = Information(design).expert_variance


def test_singular_equations_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        dpotrf = staticmethod(lambda a, **_: (a, 1))

    monkeypatch.setattr(module, "lapack", Failing)

    with pytest.raises(NotConverged, match="singular"):
        _ = Information(simulated(12, 5, 3)).expert_covariance
