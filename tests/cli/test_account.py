"""The way back in for an administrator who lost the password."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from panel.audit import read
from panel.cli.main import app
from panel.errors import RuleBroken
from panel.rules.permissions import Role
from panel.services import accounts, sign_ins
from tests.world import PASSWORD, World

NEW = "another horse entirely"


def reset(world: World, login: str) -> Result:
    home: Path = world.office.settings.home
    return CliRunner().invoke(app, ["account", "reset", login, "--home", str(home)])


def test_a_new_code_is_printed_once_and_the_old_password_and_sessions_end(world: World) -> None:
    _ = world.administrator
    token = sign_ins.sign_in(world.office, "administrator", PASSWORD)
    done = reset(world, "Administrator")
    assert done.exit_code == 0, done.output
    found = re.search(r"activation code: (\S+)", done.stdout)
    assert found
    with world.office.reading() as session:
        assert sign_ins.viewer_of(session, token, world.clock()) is None
        records = read.page(session, limit=2)
    with pytest.raises(RuleBroken):
        sign_ins.sign_in(world.office, "administrator", PASSWORD)
    assert accounts.activate(world.office, found[1], NEW) == "administrator"
    assert sign_ins.sign_in(world.office, "administrator", NEW)
    subject = world.administrator.id
    assert [(one.act, one.subject, one.actor[:3]) for one in records] == [
        ("account.code", subject, "os-"),
        ("account.reset", subject, "os-"),
    ]
    assert records[1].data == {"sessions": 1}
    assert found[1] not in records[0].body


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.INSPECTOR])
def test_from_a_shell_only_administrators_are_reset(world: World, role: Role) -> None:
    world.person(role)
    refused = reset(world, role.value)
    assert refused.exit_code == 2
    assert "activation code" not in refused.output
    assert sign_ins.sign_in(world.office, role.value, PASSWORD)


def test_an_unknown_or_disabled_account_is_not_reset(world: World) -> None:
    other = world.person(Role.ADMINISTRATOR, "second")
    accounts.disable(world.office, world.administrator, other.account_id or 0, "离职")
    for login in ("nobody", "second"):
        assert reset(world, login).exit_code == 2
    with world.office.reading() as session:
        assert {one.data["why"] for one in read.page(session, read.Filter(refused_only=True))} == {
            "account_unknown",
            "account_disabled",
        }
