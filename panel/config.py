"""The settings of one installation: the environment (`PANEL_…`) over the file `settings.toml` in its home."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from panel.errors import SettingsError

SETTINGS_FILE = "settings.toml"
DATABASE_FILE = "panel.sqlite"


class Settings(BaseSettings):
    """What differs from one installation to the next; frozen once read."""

    model_config = SettingsConfigDict(env_prefix="PANEL_", frozen=True, extra="forbid")

    home: Path
    secret_key: SecretStr = Field(min_length=32)
    """Signs cookies and forms; a new one signs everybody out."""
    identity_key: SecretStr = Field(min_length=32)
    """Keys the hashes of ID numbers; a new one makes the old hashes unmatchable."""
    database_url: str = ""
    policy: Path | None = None
    secure_cookies: bool = True
    """False only where the demonstration is served over plain HTTP."""
    proxies: int = Field(default=0, ge=0)
    """How many reverse proxies of the office stand before the application and report the real address."""
    clock_start: str = ""
    """The demonstration's clock: the moment (audit stamp) at which its round goes on."""

    @property
    def url(self) -> str:
        """Where the store is: the given URL, else the embedded SQLite file in the home."""
        return self.database_url or f"sqlite:///{self.home / DATABASE_FILE}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file."""
        file = TomlConfigSettingsSource(settings_cls, toml_file=_file_of(init_settings()))
        return init_settings, env_settings, file


def _file_of(given: dict[str, Any]) -> Path:
    home = given.get("home") or os.environ.get("PANEL_HOME") or "."
    return Path(home) / SETTINGS_FILE


def load(home: Path | None = None) -> Settings:
    """The settings of the installation at `home` (else at `PANEL_HOME`); a missing secret stops the start."""
    where = home or Path(os.environ.get("PANEL_HOME", "."))
    try:
        return Settings(home=where)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        message = f"{where / SETTINGS_FILE}: {faults}. `panel init --home {where}` makes a new installation."
        raise SettingsError(message) from None
    except ValueError as error:  # neither TOML nor, perhaps, text in UTF-8
        raise SettingsError(f"{where / SETTINGS_FILE}: is not valid TOML: {error}") from None


def create(home: Path, **extra: str | bool) -> Settings:
    """Write a new installation's settings with fresh secrets, readable by its owner alone, and load them."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    values: dict[str, str | bool] = {
        "secret_key": secrets.token_urlsafe(48),
        "identity_key": secrets.token_urlsafe(48),
        **extra,
    }
    lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
    file = home / SETTINGS_FILE
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SettingsError(f"{file}: there is an installation already; it was left as it is") from None
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    return load(home)


def _toml(value: str | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
