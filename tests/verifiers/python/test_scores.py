"""Every official method on the worked examples of docs/scoring.md, and against the program's computation."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.rules.criteria import Policy
from panel.rules.policies import read_policy
from panel.rules.results import Inputs, compute
from panel.scoring.matrix import ScoreMatrix
from panel.scoring.official.methods import METHODS as THEIRS
from panel.scoring.official.methods import official
from panel.scoring.official.results import Options
from panel.services.bundles import rules
from tests.conftest import ROOT
from verifiers.python.places import computed
from verifiers.python.report import Json, Wrong
from verifiers.python.scores import METHODS, Values, connected, half_up

Cells = dict[tuple[str, str], int]
TEXT = (ROOT / "config" / "criteria.toml").read_text(encoding="utf-8")
POLICY = read_policy(TEXT, "the shipped policy")
RELATIVE = {"standard", "robust", "minmax", "rank"}


@cache
def policy_with(method: str) -> Policy:
    """A policy of this method under which small tables reach the cut: two sheets are enough, caps are two."""
    changes = {
        'method = "adjusted"': f'method = "{method}"',
        "quorum = 5": "quorum = 2",
        "trimmed_min_sheets = 7": "trimmed_min_sheets = 3",
        "\ncap = 3 ": "\ncap = 2 ",
        "\ncap = 10 ": "\ncap = 2 ",
    }
    if method in RELATIVE:
        changes |= {"pass_mark = 60": "pass_mark = 0", "floors = { P3 = 60 }": "floors = {}"}
    text = TEXT
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return read_policy(text, method)


def values(**rows: dict[str, int]) -> Values:
    return {name: {expert: Fraction(value) for expert, value in row.items()} for name, row in rows.items()}


def scored(method: str, table: Values, least: int = 7) -> dict[str, Fraction | None]:
    return METHODS[method][0](table, least)


def alone(method: str, *given: int) -> list[float]:
    """What one expert's values become."""
    table = values(**{f"A{n}": {"E1": value} for n, value in enumerate(given)})
    return [float(score) for score in scored(method, table).values() if score is not None]


def test_adjusted_on_the_worked_example() -> None:
    table = values(A={"E1": 80, "E2": 70}, B={"E1": 70, "E2": 66}, C={"E1": 77})
    assert scored("adjusted", table) == {"A": 75, "B": 68, "C": Fraction("73.5")}


def test_mean_on_the_worked_example() -> None:
    table = values(A={"E1": 8000, "E2": 7000, "E3": 7000})
    assert scored("mean", table) == {"A": Fraction(22000, 3)}
    assert half_up(Fraction(22000, 3) / 100, 100) == 7333


def test_trimmed_on_the_worked_example() -> None:
    table = values(A={f"E{n}": value for n, value in enumerate((74, 6, 70, 95, 71, 72, 73))})
    assert scored("trimmed", table) == {"A": 72}
    assert scored("trimmed", table, 8) == {"A": None}


def test_the_relative_methods_on_their_worked_examples() -> None:
    assert alone("standard", 60, 70, 80) == [40, 50, 60]
    assert alone("robust", 60, 70, 80, 90, 10)[2] == pytest.approx(56.745, abs=5e-4)
    assert alone("minmax", 60, 70, 90) == pytest.approx([0, 100 / 3, 100])
    assert alone("rank", 90, 70, 70, 60) == [87.5, 50, 50, 12.5]


@pytest.mark.parametrize("method", ["standard", "robust", "minmax"])
def test_an_expert_who_saw_no_difference_is_left_out(method: str) -> None:
    assert scored(method, values(A={"E1": 50}, B={"E1": 50})) == {"A": None, "B": None}


def test_halves_go_away_from_zero() -> None:
    assert [half_up(Fraction(n, 200), 100) for n in (17449, -17449, 17448)] == [8725, -8725, 8724]


def test_parts_without_a_common_expert_are_noticed() -> None:
    assert connected(values(A={"E1": 1, "E2": 1}, B={"E2": 1, "E3": 1}, C={"E3": 1}))
    assert not connected(values(A={"E1": 1}, B={"E2": 1}))


@st.composite
def tables(draw: st.DrawFn) -> Cells:
    experts = draw(st.integers(2, 6))
    cells = {
        (f"E{e}", f"A{a}"): draw(st.integers(0, 20)) * 500
        for a in range(draw(st.integers(1, 6)))
        for e in range(experts)
        if e == 0 or draw(st.booleans())
    }
    return cells


@settings(max_examples=25)
@given(tables(), st.sampled_from(sorted(THEIRS)))
def test_two_implementations_agree_on_every_method(cells: Cells, method: str) -> None:
    table: Values = {}
    for (expert, application), value in cells.items():
        table.setdefault(application, {})[expert] = Fraction(value)
    matrix = ScoreMatrix.from_records([(e, a, value) for (e, a), value in cells.items()])
    assert scored(method, table, 3) == dict(official(method, matrix, Options(min_sheets=3)).scores)


def agreed_by_all(random: Random, count: int) -> Iterator[tuple[str, Cells, dict[str, str | None]]]:
    """Random tables with every method's scores as fractions, for the other verifier to be held against."""
    for _ in range(count):
        cells = {
            (f"E{e}", f"A{a}"): random.randrange(0, 20001, 50)
            for a in range(random.randint(1, 7))
            for e in range(random.randint(1, 6))
        }
        table: Values = {}
        for (expert, application), value in cells.items():
            table.setdefault(application, {})[expert] = Fraction(value)
        for method in METHODS:
            scores = scored(method, table, 3)
            told = {n: None if s is None else f"{s.numerator}/{s.denominator}" for n, s in scores.items()}
            yield method, cells, told


def _inputs(cells: Cells) -> dict[str, Any]:
    """Studios from the table, and a project beside each, scored a little otherwise."""
    entries, sheets = [], []
    for application in sorted({a for _, a in cells}):
        standing = "refused" if application == "A5" else "accepted"
        entries.append({"number": application, "track": "studio", "linked_studio": "", "standing": standing})
        entries.append(
            {
                "number": f"P{application}",
                "track": "project",
                "linked_studio": application,
                "standing": "accepted",
            }
        )
    for (expert, application), value in cells.items():
        for number, track in ((application, "studio"), (f"P{application}", "project")):
            share = value + (700 if track == "project" else 0)
            criteria = POLICY.track(next(t for t in POLICY.tracks if t.value == track)).criteria
            items = {unit.id: share * c.points // 20000 // 50 * 50 for c in criteria for unit in c.units()}
            sheets.append({"expert": expert, "application": number, "items": items})
    tie = sorted({a for _, a in cells} - {"A5"})[:2]
    vote = {
        "tie": tie,
        "ballots": [{"expert": "E0", "application": tie[0], "reason": "理由"}],
        "chair": "E0",
        "chair_order": [],
        "chair_reason": "",
    }
    return {"entries": entries, "existing_studios": ["A1"], "sheets": sheets, "votes": [vote]}


def whole_results(random: Random, count: int) -> Iterator[tuple[Json, Json, Json]]:
    """Rules, inputs and the program's result on random tables, by every method in turn."""
    for _ in range(count):
        for method in METHODS:
            cells = {
                (f"E{e}", f"A{a}"): random.randrange(0, 10001, 500)
                for a in range(random.randint(1, 6))
                for e in range(6)
                if e == 0 or random.random() < 0.6
            }
            policy, inputs = policy_with(method), _inputs(cells)
            yield rules(policy), inputs, compute(policy, Inputs.from_plain(inputs)).plain()


@settings(max_examples=40)
@given(tables(), st.sampled_from(sorted(THEIRS)))
def test_two_implementations_agree_on_the_whole_result(cells: Cells, method: str) -> None:
    _agree(_inputs(cells), policy_with(method))


def _agree(inputs: dict[str, Any], policy: Policy = POLICY) -> None:
    theirs = compute(policy, Inputs.from_plain(inputs)).plain()
    places, figures = computed(rules(policy), inputs, theirs)
    for place in theirs["places"]:
        own = places[place["application"]]
        assert own == {key: value for key, value in place.items() if key != "facts"}
    assert figures == theirs["figures"]


def test_a_large_panel_with_holes_is_solved_exactly_where_the_program_uses_floats() -> None:
    random = Random(33)
    cells = {
        (f"E{e}", f"A{a}"): random.randrange(0, 10001, 50)
        for a in range(7)
        for e in range(33)
        if e == 0 or random.random() < 0.7
    }
    _agree(_inputs(cells))


def test_points_beyond_their_criterion_are_refused() -> None:
    inputs = _inputs({("E0", "A0"): 5000})
    theirs = compute(POLICY, Inputs.from_plain(inputs)).plain()
    for change in ({"S1": 3001}, {"S1": -1}, {"S9": 0}):
        sheets = [sheet | {"items": sheet["items"] | change} for sheet in inputs["sheets"][:1]]
        with pytest.raises(Wrong, match="points of E0/A0"):
            computed(rules(POLICY), inputs | {"sheets": sheets}, theirs)
