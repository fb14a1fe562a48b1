from __future__ import annotations

import pytest

from panel.scoring import links as module
from panel.scoring.design import Design
from panel.scoring.links import Bridge, links
from tests.scoring.models.golden import call

# Two full groups of two experts on three applications, tied by E2's one score for F of the other group.
GROUPS = [(e, a) for e in ("E1", "E2") for a in "ABC"] + [(e, a) for e in ("E3", "E4") for a in "FGHI"]


def weak(*more: tuple[str, str]) -> Design:
    pairs = [*GROUPS, *more]
    return Design.from_arrays([a for _, a in pairs], [e for e, _ in pairs], list(range(len(pairs))))


def test_a_score_that_alone_links_two_groups_is_named_with_what_it_would_cut_off() -> None:
    found = links(weak(("E2", "F")))

    assert found.bridges == (Bridge("E2", "F", ("A", "B", "C")),)
    assert found.bridge_count == 1
    assert found.single == ()


def test_a_second_link_makes_it_none() -> None:
    assert links(weak(("E2", "F"), ("E1", "G"))).bridges == ()


def test_two_parts_have_no_link_to_be_weak_and_no_gap() -> None:
    found = links(weak())

    assert found.bridges == ()
    assert found.gap == pytest.approx(0, abs=1e-12)


def test_an_application_with_one_score_is_single_and_no_group() -> None:
    found = links(weak(("E2", "F"), ("E3", "Z")))

    assert found.single == ("Z",)
    assert [bridge.beyond for bridge in found.bridges] == [("A", "B", "C")]


def test_the_gap_is_one_where_everyone_scored_everything() -> None:
    design = Design.from_arrays(["A", "A", "B", "B"], ["E", "F", "E", "F"], [1, 2, 3, 4])

    assert links(design).gap == pytest.approx(1)


def test_one_expert_has_no_gap_and_many_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    assert links(Design.from_arrays(["A", "B"], ["E", "E"], [1, 2])).gap is None
    monkeypatch.setattr(module, "GAP_EXPERTS", 3)
    assert links(call(20, 5, 3)).gap is None
