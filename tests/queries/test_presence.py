"""Who is signed in, and how the trail stands."""

from __future__ import annotations

from panel.queries import presence
from panel.services import sign_ins, verification, watching
from panel.services.office import Office
from tests.conftest import StandingClock
from tests.world import PASSWORD, World


def present(office: Office) -> list[tuple[str, int]]:
    with office.reading() as session:
        return [(one.name, one.devices) for one in presence.present(session, office.clock())]


def test_those_with_a_session_are_there_the_last_to_act_first(
    office: Office, world: World, clock: StandingClock
) -> None:
    assert world.inspector.account_id
    assert world.secretary.account_id
    assert present(office) == []
    sign_ins.sign_in(office, "inspector", PASSWORD)
    token = sign_ins.sign_in(office, "secretary", PASSWORD)
    assert present(office) == [("secretary（虚构）", 1), ("inspector（虚构）", 1)]
    watching.log(office, world.inspector)
    sign_ins.sign_in(office, "inspector", PASSWORD)
    assert present(office) == [("inspector（虚构）", 2), ("secretary（虚构）", 1)]
    sign_ins.sign_out(office, world.secretary, token)
    assert present(office) == [("inspector（虚构）", 2)]
    clock.forward(hours=15)
    assert present(office) == []


def test_the_trail_says_how_far_it_is_signed_and_who_verified_it(office: Office, world: World) -> None:
    with office.reading() as session:
        found = presence.standing(session)
    assert (found.verified_at, found.signed, found.unsigned) == (None, 0, found.size)
    watching.log(office, world.inspector)
    verification.verify_as(office, world.inspector)
    with office.reading() as session:
        found = presence.standing(session)
    assert (found.verified_by, found.verified_size, found.damages) == ("inspector（虚构）", 1, 0)
    assert found.entry == 1
