"""How the check of eligibility leaves each application."""

from __future__ import annotations

import pytest

from panel.queries import eligibility
from panel.rules.candidates import Standing
from panel.rules.eligibility import Verdict
from tests import intake
from tests.world import World


@pytest.mark.parametrize(
    ("verdict", "standing"),
    [
        (None, Standing.REFUSED),
        (Verdict.ACCEPTED, Standing.ACCEPTED),
        (Verdict.INCOMPLETE, Standing.REFUSED),
        (Verdict.REFUSED, Standing.REFUSED),
        (Verdict.VETOED, Standing.VETOED),
    ],
)
def test_a_verdict_and_what_it_means(world: World, verdict: Verdict | None, standing: Standing) -> None:
    round_id = world.round_()
    world.application(round_id, intake.studio(world.office), verdict=verdict)
    with world.office.reading() as session:
        assert eligibility.verdicts(session, round_id) == {"S01": verdict}
        assert eligibility.standings(session, round_id) == {"S01": standing}
        assert eligibility.judged(session, round_id) == ({"S01"} if verdict is Verdict.ACCEPTED else set())


@pytest.mark.parametrize("verdict", Verdict)
def test_a_project_falls_with_a_studio_that_is_out_for_good(world: World, verdict: Verdict) -> None:
    round_id = world.round_()
    world.application(round_id, intake.studio(world.office), verdict=verdict)
    world.application(round_id, intake.project(world.office))
    with world.office.reading() as session:
        falling = eligibility.falling(session, round_id)
    assert falling == ({"P01": "S01"} if verdict in (Verdict.REFUSED, Verdict.VETOED) else {})


def test_an_existing_studio_takes_no_project_with_it(world: World) -> None:
    round_id = world.round_()
    world.application(round_id, intake.project(world.office, "P10", "X01"))
    with world.office.reading() as session:
        assert eligibility.falling(session, round_id) == {}
        assert eligibility.judged(session, round_id) == {"P10"}
