from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from panel.scoring import links as module
from panel.scoring.design import Design
from panel.scoring.links import Bridge, links
from panel.scoring.models.least_squares import least_squares
from tests.scoring.designs import designs

BRIDGED = Design.from_arrays(list("AABBCCCDD"), list("121223434"), range(9))


def test_the_score_that_alone_links_two_groups_is_named() -> None:
    found = links(BRIDGED)

    assert found.bridges == (Bridge(expert="2", application="C", beyond=("C", "D")),)
    assert found.bridge_count == 1
    assert found.single == ()


def test_the_smaller_group_is_named_wherever_it_stands() -> None:
    design = Design.from_arrays([*"AABBCCCDDEE"], [*"12122343434"], [0.0] * 11)

    assert links(design).bridges == (Bridge(expert="2", application="C", beyond=("A", "B")),)


def test_an_application_with_one_score_is_no_bridge_but_is_named() -> None:
    design = Design.from_arrays(list("AABBC"), list("EFEFF"), range(5))

    found = links(design)

    assert found.bridges == ()
    assert found.single == ("C",)


def test_parts_have_their_own_bridges() -> None:
    other = [f"Z{name}" for name in "AABBCCCDD"], [f"Z{name}" for name in "121223434"]
    design = Design.from_arrays([*"AABBCCCDD", *other[0]], [*"121223434", *other[1]], [0.0] * 18)

    found = links(design)

    assert [bridge.application for bridge in found.bridges] == ["C", "ZC"]
    assert {bridge.beyond for bridge in found.bridges} == {("C", "D"), ("ZC", "ZD")}
    assert found.gap == 0


def test_a_complete_design_has_the_greatest_connectivity_and_one_expert_none() -> None:
    complete = Design.from_arrays(list("AABB"), list("EFEF"), range(4))

    assert links(complete).gap == pytest.approx(1)
    assert links(Design.from_arrays(["A"], ["E"], [1])).gap is None


def test_of_a_chain_only_the_gravest_bridges_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BRIDGES", 1)
    names = [f"A{k}" for k in range(8) for _ in "12"]
    experts = [f"E{k + step}" for k in range(8) for step in (0, 1)]

    found = links(Design.from_arrays(names, experts, [0.0] * 16))

    assert found.bridge_count > 1
    assert len(found.bridges) == 1
    assert len(found.bridges[0].beyond) == 4


@settings(max_examples=60, deadline=None)
@given(designs())
def test_the_bridges_are_the_scores_of_leverage_one_without_which_two_groups_fall_apart(
    design: Design,
) -> None:
    found, leverage = links(design), least_squares(design).information.leverage
    assert leverage is not None

    expected = []
    for k in range(design.y.size):
        rest = design.where(np.arange(design.y.size) != k)
        whole = rest is not None and rest.shape[0] == design.shape[0]
        if rest is not None and whole and rest.parts == 2 and np.bincount(rest.labels[0]).min() >= 2:
            expected.append((design.applications[design.application[k]], design.experts[design.expert[k]]))
            assert leverage[k] == pytest.approx(1)

    assert sorted((bridge.application, bridge.expert) for bridge in found.bridges) == expected
    assert found.bridge_count == len(expected)
