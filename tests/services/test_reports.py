"""The result as data: every imported application, and nothing before the opening."""

from __future__ import annotations

import json

import pytest

from panel.errors import NotFound
from panel.rules.eligibility import Verdict
from panel.rules.stages import Stage
from panel.services import reports
from tests.opened import Opened, caps
from tests.world import World


def test_every_imported_application_is_there_with_its_place_and_reason(world: World) -> None:
    caps(world.office, 1, 2)
    percents = {"S01": [80] * 5, "S02": [90] * 5, "P01": [90] * 5, "P02": [70] * 5, "P03": [50] * 5}
    Opened(world, percents, others={"S09": Verdict.REFUSED, "P09": Verdict.REFUSED}).opened()
    found = reports.result(world.office)
    assert found is not None
    assert json.loads(json.dumps([line.plain() for line in found])) == [
        line("P01", "project", "90.00", 1, False, "studio_not_selected"),
        line("P02", "project", "70.00", 2, True, "selected"),
        line("P03", "project", "50.00", 3, False, "below_pass_mark"),
        line("P09", "project", None, None, False, "linked_studio_refused"),
        line("S01", "studio", "80.00", 2, False, "below_cap"),
        line("S02", "studio", "90.00", 1, True, "selected"),
        line("S09", "studio", None, None, False, "refused"),
    ]


def line(
    number: str, track: str, score: str | None, rank: int | None, selected: bool, reason: str
) -> dict[str, object]:
    return {
        "application": number,
        "track": track,
        "official_score": score,
        "rank": rank,
        "selected": selected,
        "reason": reason,
    }


def test_below_the_quorum_there_is_no_score(world: World) -> None:
    missing = [("E1", "S02")]
    Opened(world, {"S01": [80] * 5, "S02": [90] * 5}).opened(without=missing)
    found = {line.application: line for line in reports.result(world.office) or []}
    assert (found["S02"].official_score, found["S02"].rank) == (None, None)
    assert found["S02"].reason == "too_few_sheets"


def test_nothing_before_the_opening(world: World) -> None:
    opened = Opened(world, {"S01": [80] * 5}).sealed()
    assert reports.result(world.office) is None
    opened.world.stage(opened.round_id, Stage.CLOSED)
    assert reports.result(world.office, "2026") is None


def test_the_newest_round_is_meant_unless_one_is_named(world: World) -> None:
    with pytest.raises(NotFound, match="no round yet"):
        reports.result(world.office)
    Opened(world, {"S01": [80] * 5}).opened()
    world.round_("2027")
    assert reports.result(world.office) is None
    assert len(reports.result(world.office, "2026") or []) == 1
    with pytest.raises(NotFound, match="no such round"):
        reports.result(world.office, "1999")
