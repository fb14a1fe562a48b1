"""Optimistic versions: whoever changes what somebody else has changed meanwhile is told so."""

from __future__ import annotations

from enum import StrEnum

import pytest
from sqlalchemy import text
from sqlmodel import select

from panel.audit.events import AccountEnabled, Said
from panel.db import columns
from panel.errors import StaleVersion
from panel.rules.permissions import Role
from panel.services.office import Office
from panel.tables import Account, Application, Expert, Panelist, Round
from tests.conftest import actor
from tests.world import World


class Colour(StrEnum):
    """Some closed set."""

    RED = "red"
    BLUE = "blue"


def test_closed_sets_and_ranges_become_checks() -> None:
    assert str(columns.one_of("c", Colour).sqltext) == "c IN ('red', 'blue')"
    assert str(columns.one_of("c", Colour, or_empty=True).sqltext) == "c IN ('red', 'blue', '')"
    assert str(columns.at_least("n", 3).sqltext) == "n >= 3"


@pytest.mark.parametrize("table", [Account, Application, Expert, Panelist, Round])
def test_what_several_people_change_has_a_version(table: type[columns.Versioned]) -> None:
    assert table.__mapper__.version_id_col is table.__table__.c.version  # type: ignore[attr-defined]


def test_each_change_counts_on(world: World, office: Office) -> None:
    world.person(Role.SECRETARY)
    for version in (2, 3):
        with office.change(actor(Role.ADMINISTRATOR), AccountEnabled) as change:
            account = change.session.exec(select(Account)).one()
            account.name += "甲"
            change.session.add(account)
            change.record(AccountEnabled(reason=Said("改名")), subject="u-1")
        assert account.version == version


def test_a_stale_change_is_refused_and_nothing_is_written(world: World, office: Office) -> None:
    world.person(Role.SECRETARY)
    with pytest.raises(StaleVersion):
        _disable_while_somebody_else_changes(office)
    with office.reading() as session:
        assert session.exec(select(Account.disabled, Account.version)).one() == (False, 1)


def _disable_while_somebody_else_changes(office: Office) -> None:
    with office.change(actor(Role.ADMINISTRATOR), AccountEnabled) as change:
        account = change.session.exec(select(Account)).one()
        change.session.connection().execute(text("UPDATE accounts SET version = version + 1"))
        account.disabled = True
        change.session.add(account)
        change.record(AccountEnabled(reason=Said("改名")), subject="u-1")
