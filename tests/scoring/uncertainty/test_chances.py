from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from panel.scoring.design import Design, Floats
from panel.scoring.models.mixed import mixed
from panel.scoring.uncertainty import chances as module
from panel.scoring.uncertainty.bootstrap import Bootstrap
from panel.scoring.uncertainty.chances import Contest, chances
from tests.scoring.models.golden import call, golden, near


@dataclass(frozen=True)
class Certain:
    """Worths that are known."""

    worth: Floats

    def draw(self, generator: np.random.Generator, count: int) -> Floats:
        return np.tile(self.worth[:, None], (1, count))


def certain(*worths: float) -> Certain:
    return Certain(np.array(worths, dtype=np.float64))


@pytest.mark.parametrize("name", ["sf1979", "pbib_sas"])
def test_chances_are_those_of_the_reference_draws(name: str) -> None:
    design, expected = golden(name)
    cap = 2 if name == "sf1979" else 3
    fit = mixed(design)
    assert fit is not None

    found = chances([Contest("all", design.applications, fit.posterior, cap)], draws=20_000)["all"]

    for i, application in enumerate(design.applications):
        assert found.selected[i] == pytest.approx(expected[f"p_top{cap}"][application], abs=0.015)
        assert found.rank_low[i] == pytest.approx(expected["rank_lo90"][application], abs=1)
        assert found.rank_high[i] == pytest.approx(expected["rank_hi90"][application], abs=1)
        if "expected_rank" in expected:
            assert found.expected_rank[i] == near(expected["expected_rank"][application], 0.05)


def test_the_same_seed_gives_the_same_chances_in_blocks_of_any_thread() -> None:
    design = call(40, 7, 3)
    fit = mixed(design)
    assert fit is not None
    contest = Contest("all", design.applications, fit.posterior, 10)

    first, second = (chances([contest], draws=500)["all"] for _ in range(2))

    assert np.array_equal(first.selected, second.selected)
    assert first.selected.sum() == pytest.approx(10)
    assert first.grey.tolist() == ((first.selected > 0.1) & (first.selected < 0.9)).tolist()


def test_a_project_falls_with_its_studio_and_the_next_moves_up() -> None:
    studios = Contest("studio", ["S1", "S2"], certain(9, 8), 1)
    projects = Contest("project", ["P1", "P2", "P3"], certain(5, 7, 6), 2, needs={"P2": "S2", "P1": "S1"})

    found = chances([studios, projects], draws=50)

    assert found["studio"].selected.tolist() == [1, 0]
    assert found["project"].selected.tolist() == [1, 0, 1]
    assert found["project"].expected_rank.tolist() == [3, 1, 2]


def test_who_is_barred_is_ranked_and_never_selected() -> None:
    contest = Contest("all", ["A", "B"], certain(2, 1), 1, barred=frozenset({"A"}))

    found = chances([contest], draws=20)["all"]

    assert found.selected.tolist() == [0, 1]
    assert found.rank_low.tolist() == [1, 2]


def test_equal_worths_share_the_place_by_lot() -> None:
    found = chances([Contest("all", ["A", "B"], certain(1, 1), 1)], draws=2000)["all"]

    assert found.selected.sum() == pytest.approx(1)
    assert found.selected[0] == pytest.approx(0.5, abs=0.05)


def test_blocks_do_not_change_what_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 4)

    found = chances([Contest("all", ["A", "B"], certain(2, 1), 1)], draws=25)["all"]

    assert found.selected.tolist() == [1, 0]
    assert found.draws == 25


def test_refits_widen_or_keep_what_the_plug_in_draws_say() -> None:
    design = call(12, 6, 4, seed=2)
    fit = mixed(design)
    assert fit is not None
    generator = np.random.Generator(np.random.PCG64(3))

    drawn = Bootstrap(fit).draw(generator, 60)

    assert drawn.shape == (12, 60)
    assert drawn.mean(axis=1) == pytest.approx(fit.worth, abs=3.0)
    assert 0.6 < float(drawn.std(axis=1).mean() / fit.item_pev_sd.mean()) < 1.6


def test_refits_with_topics_draw_topics_too() -> None:
    plain = call(24, 6, 4, seed=4)
    topic = np.arange(24) % 3
    y = plain.y + 12.0 * topic[plain.application]
    fit = mixed(Design(plain.applications, plain.experts, plain.application, plain.expert, y), topic)
    assert fit is not None

    drawn = Bootstrap(fit, topic).draw(np.random.Generator(np.random.PCG64(3)), 5)

    assert np.isfinite(drawn).all()


def test_a_fit_without_rest_is_drawn_as_it_is() -> None:
    fit = mixed(Design.from_arrays(["A", "A", "B", "B"], ["E", "F", "E", "F"], [1, 2, 3, 4]))
    assert fit is not None

    drawn = Bootstrap(fit).draw(np.random.Generator(np.random.PCG64(1)), 3)

    assert drawn == pytest.approx(np.tile(Bootstrap(fit).worth[:, None], (1, 3)))
