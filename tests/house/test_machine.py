"""The helpers that find or make what tests need on this machine."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests import browser, network, postgres


@pytest.mark.postgres
def test_cluster_lives_only_as_long_as_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(postgres.VARIABLE, raising=False)
    with postgres.cluster() as url:
        assert url is not None
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            assert connection.execute(text("SHOW listen_addresses")).scalar() == "127.0.0.1"
            connection.execute(text("CREATE DATABASE made_by_a_test"))
        port = engine.url.port
        engine.dispose()
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", port))


def test_given_server_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(postgres.VARIABLE, "postgresql+psycopg://given")
    with postgres.cluster() as url:
        assert url == "postgresql+psycopg://given"


def test_browser_of_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(browser.VARIABLE, sys.executable)
    assert browser.find() == sys.executable


def test_machine_without_a_browser_is_told_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.setattr(browser, "NAMES", ("chromium", "google-chrome"))
    assert browser.find() is None


def test_another_machine_is_out_of_reach() -> None:
    # 192.0.2.0/24 is reserved for documentation (RFC 5737).
    with socket.socket() as probe, pytest.raises(network.NetworkUsed):
        probe.connect(("192.0.2.1", 80))
    with socket.socket() as probe, pytest.raises(network.NetworkUsed):
        probe.connect_ex(("example.org", 80))
