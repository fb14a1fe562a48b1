"""The settings of an installation."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from panel import config
from panel.errors import SettingsError


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings from the machine that runs the tests."""
    for name in (
        "HOME",
        "SECRET_KEY",
        "IDENTITY_KEY",
        "DATABASE_URL",
        "POLICY",
        "SECURE_COOKIES",
        "CLOCK_START",
    ):
        monkeypatch.delenv(f"PANEL_{name}", raising=False)


def test_a_new_installation_has_secrets_of_its_own(tmp_path: Path) -> None:
    first, second = config.create(tmp_path / "a"), config.create(tmp_path / "b")
    secrets = {
        key.get_secret_value()
        for settings in (first, second)
        for key in (settings.secret_key, settings.identity_key)
    }
    assert len(secrets) == 4
    assert all(len(secret) >= 64 for secret in secrets)
    assert not any(secret in repr(first) for secret in secrets)
    assert config.load(tmp_path / "a") == first


def test_only_its_owner_can_read_them(tmp_path: Path) -> None:
    config.create(tmp_path)
    assert (tmp_path / "settings.toml").stat().st_mode & 0o777 == 0o600


def test_an_installation_is_never_overwritten(tmp_path: Path) -> None:
    made = config.create(tmp_path)
    with pytest.raises(SettingsError, match="already"):
        config.create(tmp_path)
    assert config.load(tmp_path) == made


def test_the_store_is_a_file_in_the_home_unless_an_address_is_given(tmp_path: Path) -> None:
    assert config.create(tmp_path / "a").url == f"sqlite:///{tmp_path / 'a' / 'panel.sqlite'}"
    given = config.create(tmp_path / "b", database_url="postgresql://server/panel")
    assert given.url == "postgresql://server/panel"


def test_the_environment_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.create(tmp_path, database_url="postgresql://file/panel", secure_cookies=False)
    monkeypatch.setenv("PANEL_HOME", str(tmp_path))
    assert config.load().database_url == "postgresql://file/panel"
    monkeypatch.setenv("PANEL_DATABASE_URL", "postgresql://environment/panel")
    assert config.load().database_url == "postgresql://environment/panel"
    assert config.load().secure_cookies is False


def test_cookies_are_for_encrypted_connections_unless_said_otherwise(tmp_path: Path) -> None:
    assert config.create(tmp_path).secure_cookies is True


def test_a_value_with_quotes_and_backslashes_comes_back_as_it_was(tmp_path: Path) -> None:
    url = 'postgresql://user:a"b\\c@server/panel'
    assert config.create(tmp_path, database_url=url).database_url == url


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "secret_key"),
        ('secret_key = "short"\nidentity_key = "short"', "secret_key: .*32"),
        (f'secret_key = "{"x" * 32}"\nidentity_key = "{"x" * 32}"\ncolour = "red"', "colour"),
        (f'secret_key = "{"x" * 32}"\nidentity_key = "{"x" * 32}"\nproxies = -1', "proxies"),
    ],
)
def test_wrong_settings_stop_the_start_and_say_where(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=f"settings.toml: (.|\n)*{fault}(.|\n)*panel init"):
        config.load(tmp_path)


@pytest.mark.parametrize("text", [b'secret_key = "', "# 设置".encode("gbk")])
def test_settings_that_are_no_text_in_toml_stop_the_start(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "settings.toml").write_bytes(text)
    with pytest.raises(SettingsError, match=r"settings\.toml: is not valid TOML"):
        config.load(tmp_path)


def test_settings_do_not_change_while_the_program_runs(tmp_path: Path) -> None:
    settings = config.create(tmp_path)
    with pytest.raises(ValidationError):
        setattr(settings, "database_url", "sqlite://")  # noqa: B010 - the type checker would refuse it
