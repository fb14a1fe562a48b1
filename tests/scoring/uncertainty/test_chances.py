from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from panel.scoring.design import Design, Floats
from panel.scoring.models.mixed import Mixed, mixed
from panel.scoring.uncertainty import chances as module
from panel.scoring.uncertainty.chances import Contest, chances
from tests.scoring.cases import load
from tests.scoring.designs import design_of, named, simulated


def fitted(design: Design) -> Mixed:
    fit = mixed(design)
    assert fit is not None
    return fit


@dataclass(frozen=True, eq=False)
class Sure:
    """Worths without uncertainty."""

    worth: Floats

    def draw(self, generator: np.random.Generator, count: int) -> Floats:
        del generator
        return np.repeat(self.worth[:, None], count, axis=1)


@dataclass(frozen=True, eq=False)
class Coin:
    """Two applications, the better of which is drawn."""

    worth: Floats

    def draw(self, generator: np.random.Generator, count: int) -> Floats:
        heads = generator.integers(0, 2, count)
        return np.array([heads, 1 - heads], dtype=float)


@pytest.mark.parametrize(("name", "top"), [("sf1979", 2), ("pbib_sas", 3)])
def test_chances_and_rank_intervals_are_those_of_a_simulation_in_r(name: str, top: int) -> None:
    case = load(name)
    expected, tolerance = case["expected"], case["tolerance"]
    design = design_of(case)

    found = chances([Contest("all", design.applications, fitted(design).posterior, top)], 40_000)["all"]

    # Ours and theirs are both drawn: twice the tolerance that allows for the noise of many more draws.
    wanted = pytest.approx(expected[f"p_top{top}"], abs=2 * tolerance[f"p_top{top}*"]["abs"])
    assert named(design.applications, found.selected) == wanted
    assert named(design.applications, found.rank_low) == pytest.approx(expected["rank_lo90"], abs=1)
    assert named(design.applications, found.rank_high) == pytest.approx(expected["rank_hi90"], abs=1)
    if "expected_rank" in expected:
        wanted = pytest.approx(expected["expected_rank"], abs=0.03)
        assert named(design.applications, found.expected_rank) == wanted
    assert float(found.selected.sum()) == pytest.approx(top)
    assert found.grey.tolist() == ((found.selected > 0.1) & (found.selected < 0.9)).tolist()


def test_the_same_seed_gives_the_same_and_another_seed_another() -> None:
    design = simulated(12, 5, 3)
    contest = Contest("all", design.applications, fitted(design).posterior, 3)

    one, two, other = (chances([contest], 500, seed)["all"].selected.tolist() for seed in (1, 1, 2))

    assert one == two
    assert one != other


def test_blocks_change_no_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 36)
    design = simulated(12, 5, 3)

    found = chances([Contest("all", design.applications, fitted(design).posterior, 3)], 60)["all"]

    assert float(found.selected.sum()) == pytest.approx(3)
    assert float(found.expected_rank.sum()) == pytest.approx(12 * 13 / 2)


def test_a_project_falls_in_the_draws_in_which_its_studio_does_and_the_next_moves_up() -> None:
    studios = Contest("studio", ("S1", "S2"), Coin(np.zeros(2)), 1)
    worth = np.array([9.0, 8.0, 7.0])
    projects = Contest("project", ("P1", "P2", "P3"), Sure(worth), 2, needs={"P1": "S1", "P3": "S1"})

    found = chances([studios, projects], 4000)

    first = float(found["studio"].selected[0])
    assert first == pytest.approx(0.5, abs=0.03)
    # With S1: P1 and P2. Without: P2 alone, for P3 hangs on S1 as well.
    assert found["project"].selected.tolist() == [first, 1.0, 0.0]
    assert found["project"].expected_rank.tolist() == [1, 2, 3]


def test_who_is_barred_is_ranked_but_passed_over() -> None:
    contest = Contest("all", ("A", "B", "C"), Sure(np.array([3.0, 2.0, 1.0])), 1, barred=frozenset({"A"}))

    found = chances([contest], 10)["all"]

    assert found.selected.tolist() == [0, 1, 0]
    assert found.rank_low.tolist() == [1, 2, 3]


def test_a_cap_above_the_number_selects_all_and_equal_worths_share_the_seats() -> None:
    everyone = chances([Contest("all", ("A", "B"), Sure(np.zeros(2)), 5)], 10)["all"]
    one = chances([Contest("all", ("A", "B"), Sure(np.zeros(2)), 1)], 4000)["all"]

    assert everyone.selected.tolist() == [1, 1]
    assert one.selected == pytest.approx([0.5, 0.5], abs=0.03)
    assert (one.rank_low.tolist(), one.rank_high.tolist()) == ([1, 1], [2, 2])


def test_without_any_variance_every_application_is_as_likely() -> None:
    design = Design.from_arrays(list("AABBCC"), list("EFEFEF"), [7] * 6)

    found = chances([Contest("all", design.applications, fitted(design).posterior, 1)], 4000)["all"]

    assert found.selected == pytest.approx(np.full(3, 1 / 3), abs=0.03)
