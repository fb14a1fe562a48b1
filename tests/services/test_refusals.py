"""Refused acts are logged up to a bound for each account and minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from panel.audit import read
from panel.audit.events import SheetSubmitted
from panel.errors import NotAllowed, NotFound, RuleBroken
from panel.rules.permissions import Role
from panel.services.office import Office
from panel.services.refusals import PER_MINUTE, RefusalQuota
from tests.conftest import StandingClock, actor

NOON = datetime(2026, 9, 1, 12, 0, 59, tzinfo=UTC)


def test_so_many_of_an_account_in_a_minute() -> None:
    quota = RefusalQuota(per_minute=2)
    assert [quota.take("u-1", NOON) for _ in range(4)] == [True, True, False, False]


def test_accounts_do_not_use_up_each_others() -> None:
    quota = RefusalQuota(per_minute=1)
    assert [quota.take(account, NOON) for account in ("u-1", "u-2", "u-1")] == [True, True, False]


def test_the_next_minute_begins_anew() -> None:
    quota = RefusalQuota(per_minute=1)
    assert quota.take("u-1", NOON)
    assert not quota.take("u-1", NOON)
    assert quota.take("u-1", NOON + timedelta(seconds=1))


def test_the_log_takes_thirty_a_minute_and_account(office: Office, clock: StandingClock) -> None:
    assert PER_MINUTE == 30
    for _ in range(40):
        office.refuse(actor(Role.EXPERT, 1), SheetSubmitted.act, NotAllowed("no"))
    office.refuse(actor(Role.EXPERT, 2), SheetSubmitted.act, NotFound("no"))
    with office.reading() as session:
        assert read.size(session) == 31
    clock.forward(minutes=1)
    office.refuse(actor(Role.EXPERT, 1), SheetSubmitted.act, RuleBroken("incomplete", "缺项"), round_id=5)
    with office.reading() as session:
        newest = read.page(session, limit=2)
    assert [(record.actor, record.ok, record.data["why"], record.round_id) for record in newest] == [
        ("u-expert-1", False, "incomplete", "5"),
        ("u-expert-2", False, "NotFound", ""),
    ]
