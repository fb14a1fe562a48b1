"""Addresses and fields filled with what no form of ours would send: answered, and never with a fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.opened import CODE
from tests.security.conftest import Door
from tests.security.planted import Planted

HUGE = str(2**63)
WORDS = (
    quote("a\0b"),
    "%ED%A0%80",  # a lone surrogate
    quote("../../etc/passwd", safe=""),
    quote("𬭎䶮😀' OR 1=1 --"),
    quote("a\r\nSet-Cookie: x=1"),
    "x" * 5000,
)
NUMBERS = ("0", HUGE, "9" * 4000)
OWNERS = {"admin": "administrator", "inspector": "inspector", "secretary": "secretary", "expert": "E1"}
QUERIES = (
    *("q", "who", "round", "thing", "since", "until", "kind", "after", "before", "track", "verdict", "found"),
    *("sort", "order", "expert", "sheet", "role", "next"),
)


def filled(rule: Rule, values: dict[str, str]) -> str:
    """The address of a rule with these values in the place of its parameters."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values.get(found[1], "1"), rule.rule)


def mutants(rule: Rule, existing: dict[str, str]) -> Iterator[str]:
    """The addresses of a rule with one parameter at a time gone wrong."""
    for wrong in rule.arguments:
        for value in NUMBERS if f"<int:{wrong}>" in rule.rule else WORDS:
            yield filled(rule, {**existing, wrong: value})


@pytest.fixture
def rules(app: Flask) -> list[Rule]:
    """Every address of the application."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in ("static", "assets.htmx")]


def existing(planted: Planted) -> dict[str, str]:
    """Something that exists for each parameter."""
    code = planted.blind_code("P71")
    return {"code": CODE, "number": "S01", "blind_code": code, "unit": "P1", "kind": "experts"}


def owner(rule: Rule) -> str:
    """The login of somebody who may ask for it."""
    return OWNERS.get(rule.rule.split("/")[1], "secretary")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_address_can_be_bent_into_a_fault(
    planted: Planted, rules: list[Rule], door: Door, method: str
) -> None:
    planted.scoring()
    known = existing(planted)
    faults = []
    for rule in rules:
        if method in (rule.methods or ()):
            for address in mutants(rule, known):
                answer = door(owner(rule)).send(method, address)
                if answer.status_code >= 500:
                    faults.append((answer.status_code, address[:120]))
    assert faults == []


def test_no_filter_can_be_bent_into_a_fault(planted: Planted, rules: list[Rule], door: Door) -> None:
    planted.scoring()
    known = existing(planted)
    faults = []
    for rule in rules:
        if "GET" not in (rule.methods or ()):
            continue
        address = filled(rule, known)
        for value in (*WORDS[:2], HUGE, f"-{HUGE}", "1e400", f"{HUGE}:scoring", "2026-99-99T99:99"):
            query = "&".join(f"{name}={value}" for name in QUERIES)
            answer = door(owner(rule)).get(f"{address}?{query}")
            if answer.status_code >= 500:
                faults.append((answer.status_code, address, value[:40]))
    assert faults == []
