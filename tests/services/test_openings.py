"""Opening an installation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from panel import clock, config
from panel.audit.events import LogWatched
from panel.errors import PolicyError, SettingsError
from panel.rules.permissions import Role
from panel.services import openings
from tests.conftest import ROOT, actor

SHIPPED = ROOT / "config" / "criteria.toml"
DEMONSTRATION = datetime(2026, 9, 10, 1, 0, tzinfo=UTC)


def test_the_policy_is_the_shipped_one_unless_the_installation_has_its_own(tmp_path: Path) -> None:
    settings = config.create(tmp_path / "home")
    assert openings.policy_file(settings) == SHIPPED
    assert openings.load_policy(settings).text == SHIPPED.read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    text = SHIPPED.read_text(encoding="utf-8").replace("idle_lock_minutes = 15", "idle_lock_minutes = 20")
    own.write_text(text, encoding="utf-8")
    settings = config.create(tmp_path / "other", policy=str(own))
    assert openings.load_policy(settings).idle_lock_minutes == 20


def test_in_a_wheel_the_shipped_files_lie_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "panel" / "_data" / "config" / "criteria.toml"
    inside.parent.mkdir(parents=True)
    inside.touch()
    monkeypatch.setattr(openings, "_HERE", tmp_path / "panel")
    assert openings.shipped("config", "criteria.toml") == inside
    assert openings.shipped("examples") == tmp_path / "examples"


def test_a_policy_that_is_not_there_or_wrong_stops_the_start(tmp_path: Path) -> None:
    settings = config.create(tmp_path / "home", policy=str(tmp_path / "nowhere.toml"))
    with pytest.raises(SettingsError, match=r"nowhere\.toml: the policy file cannot be read"):
        openings.open_office(settings)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(
        SHIPPED.read_text(encoding="utf-8").replace("idle_lock_minutes = 15", "idle_lock_minutes = 0")
    )
    settings = config.create(tmp_path / "other", policy=str(wrong))
    with pytest.raises(PolicyError, match=r"wrong\.toml(.|\n)*idle_lock_minutes"):
        openings.open_office(settings)


def test_a_policy_may_begin_with_the_mark_of_windows_but_must_be_utf_8(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    file = tmp_path / "policy.toml"
    settings = config.create(tmp_path / "home", policy=str(file))
    file.write_text(text, encoding="utf-8-sig")
    assert openings.load_policy(settings) == openings.shipped_policy()
    file.write_text(text, encoding="gb18030")
    with pytest.raises(SettingsError, match=r"policy\.toml: is not text in UTF-8"):
        openings.load_policy(settings)


def test_an_office_opens_with_its_store_at_the_newest_form(database_url: str, tmp_path: Path) -> None:
    office = openings.open_office(config.create(tmp_path / "home", database_url=database_url))
    before = clock.now()
    assert before <= office.clock() <= clock.now()
    with office.change(actor(Role.INSPECTOR), LogWatched) as change:
        change.record(LogWatched())
    assert openings.describe(office).split(" ")[0] in ("SQLite", "PostgreSQL")
    office.engine.dispose()


def test_a_demonstration_goes_on_from_its_last_event(tmp_path: Path) -> None:
    settings = config.create(tmp_path / "home", clock_start=clock.stamp(DEMONSTRATION))
    office = openings.open_office(settings)
    assert DEMONSTRATION <= office.clock() < DEMONSTRATION + timedelta(minutes=1)
    office.clock = lambda: DEMONSTRATION + timedelta(days=3)
    with office.change(actor(Role.INSPECTOR), LogWatched) as change:
        change.record(LogWatched())
    office.engine.dispose()
    again = openings.open_office(settings)
    assert DEMONSTRATION + timedelta(days=3) <= again.clock() < DEMONSTRATION + timedelta(days=3, minutes=1)
    again.engine.dispose()


def test_the_policy_that_is_shipped_can_be_had_without_an_installation() -> None:
    assert openings.shipped_policy().text == SHIPPED.read_text(encoding="utf-8")
