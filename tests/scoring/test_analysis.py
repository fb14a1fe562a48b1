from __future__ import annotations

from typing import Any

import pytest

from panel.scoring.analysis import Analysis, Step, analyse, analyse_all
from panel.scoring.design import Design
from panel.scoring.question import Question
from tests.scoring.asking import question_of, rows_of
from tests.scoring.cases import load
from tests.scoring.designs import simulated

DRAWS = 400


def about(n: int, m: int, each: int, seed: int = 1, **more: Any) -> Question:
    return question_of(rows_of(simulated(n, m, each, seed)), draws=DRAWS, **more)


def test_one_analysis_holds_everything_about_a_panel() -> None:
    found = analyse(about(12, 5, 5, top=4))

    assert found.omissions == ()
    assert len(found.components) == 1
    assert found.exact.keys() == found.official.keys()
    assert found.official["adjusted"] == pytest.approx(found.descriptive["raw_mean"])
    assert found.additive is not None
    assert found.mixed is not None
    assert found.advice.variances is not None
    assert found.chances is not None
    assert found.chances.selected.sum() == pytest.approx(4)
    assert found.by_method is not None
    assert {"mixed", "advice", "median", "mean"}.isdisjoint(found.by_method.without_result)
    assert found.without_experts is not None
    assert found.without_experts.stability.scenarios == 5
    assert found.study.steps
    assert found.diagnosis.figures.fit is not None
    assert found.topical is None
    assert found.rasch is None


def test_the_model_that_advises_is_the_one_that_was_fitted() -> None:
    found = analyse(about(24, 6, 3, top=4, topic={f"A{k:04}": f"T{k % 4}" for k in range(24)}))

    assert found.topics == ("T0", "T1", "T2", "T3")
    assert found.topical is not None
    assert found.topical.var_topic is not None
    assert found.mixed is not None
    assert found.mixed.var_topic is None


def test_topics_that_are_the_applications_are_no_topics() -> None:
    found = analyse(about(6, 4, 3, topic={f"A{k:04}": f"T{k}" for k in range(6)}))

    assert found.topical is None


def test_a_design_in_parts_loses_what_compares_all_and_nothing_else() -> None:
    left, right = rows_of(simulated(6, 3, 3)), rows_of(simulated(6, 3, 3, seed=2))
    rows = left + [(f"x{e}", f"x{a}", c, y) for e, a, c, y in right]
    found = analyse(question_of(rows, top=3, draws=DRAWS))

    assert found.omissions == ("not_connected",)
    assert len(found.components) == 2
    assert found.additive is None
    assert found.chances is None
    assert found.by_method is None
    assert all(score is None for score in (found.official["mean"] or {}).values())
    assert None not in found.descriptive["raw_mean"].values()
    assert found.mixed is not None
    assert found.agreement["kripp_alpha_interval"] is not None


def test_scores_that_leave_no_residuals_have_no_chances() -> None:
    found = analyse(question_of([("E", "A", "total", 1), ("E", "B", "total", 2)], top=1))

    assert found.omissions == ("no_residuals",)
    assert found.mixed is None
    assert found.chances is None
    assert found.by_method is not None
    assert found.by_method.base == {"B"}


def test_a_call_is_computed_in_floats_and_says_so() -> None:
    found = analyse(Question(simulated(30, 6, 3), top=5, draws=DRAWS))

    assert found.omissions == ("official_in_floats",)
    assert found.exact == {}
    assert found.official["adjusted"] is not None
    assert found.official["trimmed"] is None


def test_a_large_matrix_is_not_solved_in_fractions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panel.scoring.analysis.EXACT_SCORES", 59)

    assert analyse(about(12, 5, 5)).exact == {}


def test_assignment_by_quality_is_told() -> None:
    # Fifteen experts of good applications, fifteen of poor ones, linked by three who saw of both.
    rows = [(f"g{e}", f"g{a}", c, y + 30) for e, a, c, y in rows_of(simulated(60, 15, 4))]
    rows += [(f"p{e}", f"p{a}", c, y) for e, a, c, y in rows_of(simulated(60, 15, 4, seed=2))]
    rows += [(f"l{k % 3}", f"gA{k:04}", "total", 90.0) for k in range(15)]
    rows += [(f"l{k % 3}", f"pA{k:04}", "total", 60.0) for k in range(15)]
    found = analyse(question_of(rows, draws=DRAWS))

    assert found.advice.model == "least_squares"
    assert "assigned_by_quality" in found.omissions


def test_steps_are_told_before_they_are_taken() -> None:
    told: list[tuple[str, Step]] = []
    analyse(about(6, 4, 4), lambda name, step: told.append((name, step)))

    assert [step for _, step in told] == [
        "design",
        "official",
        "models",
        "advice",
        "scenarios",
        "agreement",
        "experts",
        "rasch",
        "chances",
    ]
    assert {name for name, _ in told} == {"all"}


def test_short_scales_are_offered_to_the_rasch_model() -> None:
    found = analyse(question_of(load("irr_anxiety")["data"]["rows"], draws=DRAWS))

    assert found.rasch is not None
    assert not isinstance(found.rasch, str)


def test_the_same_question_has_the_same_answer() -> None:
    first, second = (analyse(about(12, 5, 4, top=3)).chances for _ in range(2))

    assert first is not None
    assert second is not None
    assert first.selected.tolist() == second.selected.tolist()


def linked(**more: Any) -> dict[str, Analysis]:
    """Ten studios, three of which may win; a project of each, of which ten may."""
    studios = about(10, 5, 5, name="studios", top=3)
    projects = rows_of(simulated(10, 5, 5, seed=3))
    named = [(e, "P" + a, c, y) for e, a, c, y in projects]
    needs = {f"PA{k:04}": f"A{k:04}" for k in range(10)} | {"PA9999": "A0000"}
    asked = question_of(named, draws=DRAWS, name="projects", top=10, needs=needs, **more)
    return analyse_all([studios, asked])


def test_a_project_falls_with_its_studio_in_every_draw() -> None:
    found = linked()
    studios, projects = found["studios"].chances, found["projects"].chances

    assert studios is not None
    assert projects is not None
    assert projects.selected == pytest.approx(studios.selected)
    assert projects.selected.sum() == pytest.approx(3)


def test_a_project_whose_studio_nobody_scored_cannot_be_selected() -> None:
    studios = about(10, 5, 5, name="studios", top=10)
    projects = about(10, 5, 5, seed=3, name="projects", top=10, needs={"A0004": "elsewhere"})
    found = analyse_all([studios, projects])["projects"]

    assert found.chances is not None
    assert found.chances.selected.tolist() == [1, 1, 1, 1, 0, 1, 1, 1, 1, 1]
    assert found.omissions == ()


def test_a_list_without_chances_leaves_its_links_and_says_so() -> None:
    studios = question_of([("E", "S", "total", 1), ("E", "R", "total", 2)], name="studios", top=1)
    projects = about(6, 5, 5, name="projects", top=6, needs={"A0000": "S"})
    found = analyse_all([studios, projects])["projects"]

    assert found.omissions == ("links_not_followed",)
    assert found.chances is not None
    assert found.chances.selected[0] == 1


def test_what_was_analysed_is_at_hand() -> None:
    design = Design.from_arrays(["A", "B"], ["E", "E"], [1, 2])

    assert analyse(Question(design)).design is design
