"""The lock of a screen: the session goes on, and shows nothing."""

from __future__ import annotations

from panel.audit import read
from panel.services import locks, sign_ins
from panel.services.office import Office
from panel.services.sign_ins import Viewer
from tests.world import PASSWORD, World


def viewer(office: Office, token: str) -> Viewer:
    with office.reading() as session:
        found = sign_ins.viewer_of(session, token, office.clock())
    assert found is not None
    return found


def living(office: Office, token: str) -> bool:
    with office.reading() as session:
        return sign_ins.living(session, [token], office.clock()) == {token}


def test_a_lock_is_one_entry_and_its_end_another(office: Office, world: World) -> None:
    _ = world.secretary
    token = sign_ins.sign_in(office, "secretary", PASSWORD)
    actor = viewer(office, token).actor()
    assert living(office, token)
    locks.lock(office, actor, token)
    locks.lock(office, actor, token)
    assert viewer(office, token).locked
    assert not living(office, token)  # nothing live is sent to it any more
    locks.unlock(office, actor, token, PASSWORD)
    locks.unlock(office, actor, token, PASSWORD)
    assert not viewer(office, token).locked
    assert living(office, token)
    with office.reading() as session:
        acts = [record.act for record in read.page(session)]
    assert acts == ["account.unlock", "account.lock", "account.sign_in"]


def test_a_session_that_is_over_is_not_locked(office: Office, world: World) -> None:
    _ = world.secretary
    token = sign_ins.sign_in(office, "secretary", PASSWORD)
    actor = viewer(office, token).actor()
    sign_ins.sign_out(office, actor, token)
    locks.lock(office, actor, token)
    with office.reading() as session:
        assert [record.act for record in read.page(session)] == ["account.sign_out", "account.sign_in"]
        assert sign_ins.ending_of(session, token) is None
        assert sign_ins.ending_of(session, "no such token") is None
