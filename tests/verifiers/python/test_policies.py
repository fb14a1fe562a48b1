"""The verifier's own reader of policy texts, against Python's."""

from __future__ import annotations

import tomllib
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from verifiers.python.policies import Toml, rules_of

POLICY = (Path(__file__).parents[3] / "config" / "criteria.toml").read_text(encoding="utf-8")


def plain(value: Any) -> Any:
    """What Python's reader found, in the terms of ours."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | bool) else Fraction(str(value))


@pytest.mark.parametrize(
    "text",
    [
        POLICY,
        'a = "x\\n\\u4e2d\\""\nb = \'c:\\d\'\nc = [1, 2.50, -3, ["#"], ] # end\n"d" = { f.g = true }\n',
        "[[a]]\nb = 1\n[[a.c]]\nd = 1_000\n[a.e]\nf = false\n[[a]]\nb = 2\n",
        'k = """\nfirst\n"""\nm = """\\\n  one \\"two\\"\nthree"""\n',
    ],
)
def test_policy_texts_are_read_as_python_reads_them(text: str) -> None:
    assert Toml(text).top == plain(tomllib.loads(text))


@pytest.mark.parametrize("text", ["a", "a = ", 'a = "x', "a = 1\na = 2", "[a", "a = [1 2]", 'a = "\\q"'])
def test_what_is_no_policy_text_is_refused(text: str) -> None:
    with pytest.raises((ValueError, LookupError)):
        Toml(text)


def test_the_figures_of_the_shipped_policy() -> None:
    rules = rules_of(POLICY)
    assert (rules["method"], rules["places"], rules["quorum"]) == ("adjusted", 2, 5)
    studio, project = rules["tracks"]["studio"], rules["tracks"]["project"]
    assert (studio["cap"], studio["pass_mark"], studio["floors"]) == (3, 6000, {})
    assert (project["cap"], project["floors"]) == (10, {"P3": 60})
    assert sum(one["points"] for one in studio["criteria"]) == 10000
