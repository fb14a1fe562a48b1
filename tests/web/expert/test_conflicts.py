"""Declaring conflicts over HTTP."""

from __future__ import annotations

import pytest

from tests.visitors import Visitor
from tests.web.expert.conftest import ROUND, Visit
from tests.world import STUDIO, World

CONFLICTS = f"{ROUND}conflicts"
DECLARED = {"towards": STUDIO.unit, "kind": "family", "words": "配偶在该单位任职"}


def test_units_and_people_are_listed(visitor: Visitor) -> None:
    page = visitor.get(CONFLICTS).text
    for name in (STUDIO.unit, STUDIO.master_name, "成员0（虚构）", "成员2（虚构）"):
        assert f'value="{name}"' in page


def test_a_declaration_hides_the_applications_at_once(visitor: Visitor) -> None:
    assert "SX-01" in visitor.get(ROUND).text
    answer = visitor.post(CONFLICTS, DECLARED)
    assert (answer.status_code, answer.location) == (303, CONFLICTS)
    page = visitor.get(CONFLICTS).text
    assert "相关申报已对您隐藏，等待评审组秘书作出回避决定" in page
    assert "配偶在该单位任职" in page
    assert "等待决定，已隐藏" in page
    queue = visitor.get(ROUND).text
    assert "SX-01" not in queue
    assert "PX-02" not in queue


@pytest.mark.parametrize(
    "changed",
    [{"towards": ""}, {"towards": "名单外的单位"}, {"kind": "friend"}, {"kind": ""}, {"words": "  "}],
)
def test_an_incomplete_declaration_is_shown_again(visitor: Visitor, changed: dict[str, str]) -> None:
    answer = visitor.post(CONFLICTS, {**DECLARED, **changed})
    assert answer.status_code == 422
    assert "data-error-summary" in answer.text
    assert "SX-01" in visitor.get(ROUND).text


def test_the_same_again_is_refused(visitor: Visitor) -> None:
    visitor.post(CONFLICTS, DECLARED)
    answer = visitor.post(CONFLICTS, DECLARED)
    assert answer.status_code == 409
    assert "正在等待评审组秘书决定" in answer.text


def test_before_anything_is_accepted_the_list_is_empty(visit: Visit, world: World) -> None:
    round_id = world.round_()
    assert "名单尚未形成" in visit(world.expert("E1", round_id)).get(CONFLICTS).text
