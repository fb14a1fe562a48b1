"""The analysis of a result under the rules that decide: advice that changes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scipy.stats import t

from panel.rules import analyses
from panel.rules.analyses import MEAN, OFFICIAL, TrackAnalysis
from panel.rules.applications import Track
from panel.rules.criteria import Policy
from panel.rules.results import CountedSheet, Inputs, compute
from panel.rules.scenarios import ADVICE
from panel.scoring.models.rasch import Rasch
from tests.examples.test_result import INPUTS, VOTE
from tests.examples.test_result import POLICY as EXAMPLE
from tests.rules.test_results import POLICY, policy, project, studio, table
from tests.rules.test_scenarios import LOUD, TWO, capped


@pytest.fixture(scope="module")
def example() -> dict[Track, TrackAnalysis]:
    """The example round after its vote."""
    return analyses.analyse(EXAMPLE, replace(INPUTS, votes=(VOTE,)))


def test_the_same_result_has_the_same_analysis(example: dict[Track, TrackAnalysis]) -> None:
    again = analyses.analyse(EXAMPLE, replace(INPUTS, votes=(VOTE,)))
    for track, one in example.items():
        assert again[track].chances == one.chances
        assert again[track].advised == one.advised
        assert again[track].manners == one.manners


def test_a_project_is_no_likelier_than_its_studio(example: dict[Track, TrackAnalysis]) -> None:
    studios, projects = example[Track.STUDIO], example[Track.PROJECT]
    for number in ("01", "02", "03", "04", "06", "07"):
        assert projects.chances[f"P{number}"].selected <= studios.chances[f"S{number}"].selected


def test_the_seats_are_what_the_chances_add_up_to(example: dict[Track, TrackAnalysis]) -> None:
    # Three studios are selected in every draw, and never more than ten projects.
    assert sum(c.selected for c in example[Track.STUDIO].chances.values()) == pytest.approx(3)
    assert sum(c.selected for c in example[Track.PROJECT].chances.values()) <= 10 + 1e-9


def test_near_the_cut_are_those_that_the_plan_made_close(example: dict[Track, TrackAnalysis]) -> None:
    # The plan of the example ties S03 with S04 at 80.00, and P17 with P18 at 74.50.
    assert set(example[Track.STUDIO].grey) == {"S03", "S04"}
    assert set(example[Track.PROJECT].grey) == {"P03", "P17", "P18"}
    chances = example[Track.STUDIO].chances
    first, second = example[Track.STUDIO].grey
    assert chances[first].selected >= chances[second].selected


def test_leniency_adds_up_to_nothing_and_is_the_official_effect(
    example: dict[Track, TrackAnalysis],
) -> None:
    result = compute(EXAMPLE, INPUTS)
    for track, one in example.items():
        assert sum(m.leniency or 0 for m in one.manners.values()) == pytest.approx(0, abs=1e-9)
        for expert, effect in result.comparisons[track].effects.items():
            assert one.manners[expert].leniency == pytest.approx(effect / 100, abs=0.005 + 1e-9)


def test_the_interval_of_a_complete_table_is_that_of_the_textbook() -> None:
    # Two-way layout, rows of S01 to S03 by five experts. Residual mean square by hand: rows (10, 20, 0) and
    # columns (0, 0, 0, 0, 0) fit all but +-1 in two cells of S01, so the sum of squares follows below.
    rows = {"S01": [81, 79, 80, 80, 80], "S02": [90] * 5, "S03": [70] * 5}
    found = analyses.analyse(POLICY, Inputs((studio("S01"), studio("S02"), studio("S03")), table(rows)))
    manner = found[Track.STUDIO].manners["E1"]
    # Column means: E1 80 1/3, E2 79 2/3, others 80. Residuals of E1: 2/3, -1/3, -1/3; of E2 the opposite.
    square = 2 * (4 / 9 + 1 / 9 + 1 / 9) / ((3 - 1) * (5 - 1))
    error = (square / 3 * (1 - 1 / 5)) ** 0.5
    assert manner.leniency == pytest.approx(1 / 3)
    assert manner.interval == pytest.approx(float(t.ppf(0.975, 8)) * error)


def test_nothing_is_left_to_estimate_from_a_single_expert() -> None:
    found = analyses.analyse(policy(quorum="1"), Inputs(tuple(TWO), table({"S01": [80], "S02": [70]}), ()))[
        Track.STUDIO
    ]
    assert found.chances == {}
    assert found.grey == ()
    assert found.manners["E1"].interval is None
    assert found.orders[OFFICIAL].numbers == ("S01", "S02")


def test_parts_without_a_shared_expert_have_no_order_and_no_chances() -> None:
    sheets = table({"S01": [80, 80, None, None], "S02": [None, None, 70, 72]})
    found = analyses.analyse(policy(quorum="2"), Inputs(tuple(TWO), sheets))[Track.STUDIO]
    assert found.chances == {}
    assert found.orders[OFFICIAL].numbers == ()
    assert all(manner.leniency is None for manner in found.manners.values())


def test_who_fails_a_mark_is_never_selected() -> None:
    sheets = table({"P01": [90, 91, 92, 90, 90], "P02": [59, 58, 59, 58, 60], "P03": [80, 79, 83, 80, 81]})
    entries = tuple(project(number) for number in ("P01", "P02", "P03"))
    found = analyses.analyse(POLICY, Inputs(entries, sheets, ("X01",)))[Track.PROJECT]
    assert found.chances["P02"].selected == 0
    assert found.chances["P01"].selected == found.chances["P03"].selected == 1


def test_the_orders_name_who_has_a_seat_first() -> None:
    found = analyses.analyse(capped(1), Inputs(tuple(TWO), LOUD))[Track.STUDIO]
    assert found.orders[OFFICIAL].numbers == found.orders[MEAN].numbers == ("S01", "S02")
    assert found.orders[OFFICIAL].seated == 1
    assert set(found.orders[ADVICE].numbers) == {"S01", "S02"}
    assert found.undecided == frozenset()


def test_a_fallen_project_stands_behind_all_that_reached_the_cut(
    example: dict[Track, TrackAnalysis],
) -> None:
    order = example[Track.PROJECT].orders[OFFICIAL]
    assert order.seated == 10
    assert order.numbers[10:] == ("P18", "P06", "P07", "P04")  # fallen with their studios: by score


def test_without_a_score_there_is_nothing_to_analyse() -> None:
    assert analyses.analyse(POLICY, Inputs(tuple(TWO), ())) == {}
    assert analyses.analyse(POLICY, Inputs((), ())) == {}


def in_grades(points: int, step: int) -> Policy:
    """The shipped policy with every criterion of the studios on one scale."""
    rules = POLICY.track(Track.STUDIO)
    criteria = tuple(replace(one, points=points, items=()) for one in rules.criteria)
    graded = replace(rules, criteria=criteria, scale=replace(rules.scale, step=step))
    return replace(POLICY, tracks={**POLICY.tracks, Track.STUDIO: graded})


def test_a_rating_scale_model_is_for_the_same_few_grades_everywhere() -> None:
    assert not analyses.graded(POLICY.track(Track.STUDIO))
    for points, step, few in ((500, 100, True), (900, 100, True), (1000, 100, False), (100, 100, False)):
        assert analyses.graded(in_grades(points, step).track(Track.STUDIO)) is few


def test_on_a_scale_of_few_grades_the_rating_scale_model_is_shown_or_refused() -> None:
    rules = in_grades(500, 100)
    criteria = [criterion.id for criterion in rules.track(Track.STUDIO).criteria]
    # Grades 1 to 5, none the plain sum of the others, so that every application and expert differs a little.
    grades = {
        (number, expert, criterion): 1 + (3 * a + 2 * e + c + a * e * c) % 5
        for a, number in enumerate(("S01", "S02", "S03", "S04"))
        for e, expert in enumerate(("E1", "E2", "E3", "E4", "E5"))
        for c, criterion in enumerate(criteria)
    }
    sheets = tuple(
        CountedSheet(e, n, {c: 100 * grades[n, e, c] for c in criteria})
        for n, e in sorted({(n, e) for n, e, _ in grades})
    )
    entries = tuple(studio(f"S0{n}") for n in range(1, 5))
    fitted = analyses.analyse(rules, Inputs(entries, sheets))[Track.STUDIO].grades
    assert isinstance(fitted, Rasch)
    assert [one.name for one in fitted.experts.elements] == ["E1", "E2", "E3", "E4", "E5"]
    assert sum(one.measure for one in fitted.experts.elements) == pytest.approx(0, abs=1e-9)
    assert analyses.analyse(POLICY, Inputs(entries, LOUD))[Track.STUDIO].grades is None
    flat = tuple(replace(one, items=dict.fromkeys(criteria, 300)) for one in sheets)
    assert analyses.analyse(rules, Inputs(entries, flat))[Track.STUDIO].grades == "too_few_categories"
