from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given

import panel.scoring.official
from panel.errors import InvalidInput
from panel.scoring.components import Component
from panel.scoring.matrix import Record, ScoreMatrix
from panel.scoring.official.methods import DEFAULT, METHODS, official
from panel.scoring.official.results import Method, Options
from tests.scoring.cases import records

SPLIT = ScoreMatrix.from_records([("E1", "A", 90), ("E2", "A", 85), ("E3", "B", 75)])


def test_adjusted_is_the_default() -> None:
    assert DEFAULT == "adjusted"
    assert list(METHODS) == ["adjusted", "mean", "trimmed", "standard", "robust", "minmax", "rank"]


def test_every_file_with_a_method_is_registered_under_its_own_name() -> None:
    files = {info.name for info in pkgutil.iter_modules(panel.scoring.official.__path__)}
    modules = {name: importlib.import_module(f"panel.scoring.official.{name}") for name in files}
    found = {name: module.METHOD for name, module in modules.items() if hasattr(module, "METHOD")}

    assert found == METHODS
    assert all(isinstance(method, Method) and method.name == name for name, method in found.items())


def test_an_unknown_method_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        InvalidInput, match="'median' is unknown; use one of adjusted, mean, trimmed, standard"
    ):
        official("median", SPLIT)


@pytest.mark.parametrize("name", METHODS)
def test_no_method_makes_one_list_of_a_disconnected_design(name: str) -> None:
    result = official(name, SPLIT, Options(min_sheets=3))

    assert result.method == name
    assert result.scores == {"A": None, "B": None}
    assert result.reasons == {"A": "not_connected", "B": "not_connected"}
    assert result.notes == ("not_connected",)
    assert result.components == (Component(("E1", "E2"), ("A",)), Component(("E3",), ("B",)))
    assert result.effects == {}
    assert result.raw_means == {"A": Fraction(175, 2), "B": 75}
    assert result.counts == {"A": 2, "B": 1}


@given(records())
def test_every_application_has_a_score_or_a_reason(sheets: list[Record]) -> None:
    matrix = ScoreMatrix.from_records(sheets)

    for name in METHODS:
        result = official(name, matrix)
        without = {application for application, score in result.scores.items() if score is None}
        assert set(result.scores) == set(matrix.applications)
        assert set(result.reasons) == without
        assert len(result.components) == 1


def test_the_numbers_load_neither_the_web_nor_the_database() -> None:
    unwanted = "{'flask', 'sqlmodel', 'sqlalchemy'}"
    program = f"import sys, panel.scoring.official.methods; print({unwanted} & set(sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "set()"
