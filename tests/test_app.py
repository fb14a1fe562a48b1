"""Putting the application together."""

from __future__ import annotations

import pytest
from flask import Flask, request

from panel import config
from panel.app import create_app
from panel.errors import SettingsError
from panel.services.office import Office
from panel.web.access import public
from tests.visitors import arrive

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_SQLITE
def test_the_application_of_an_installation(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANEL_HOME", str(office.settings.home))
    app = create_app()
    assert app.test_client().get("/healthz").status_code == 200
    app.extensions["panel"].engine.dispose()


@ON_SQLITE
def test_without_an_installation_there_is_no_application(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PANEL_HOME", str(office.settings.home / "nowhere"))
    with pytest.raises(SettingsError, match="panel init"):
        create_app()


def _address_seen(app: Flask) -> str:
    app.add_url_rule("/address", "address", public(lambda: f"{request.remote_addr} {request.scheme}"))
    headers = {"X-Forwarded-For": "198.51.100.9, 10.3.2.7", "X-Forwarded-Proto": "https"}
    return app.test_client().get("/address", headers=headers).text


@ON_SQLITE
@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1 http"), (1, "10.3.2.7 https")])
def test_only_our_own_proxies_are_believed(
    office: Office, monkeypatch: pytest.MonkeyPatch, proxies: int, seen: str
) -> None:
    settings = office.settings.model_copy(update={"proxies": proxies})
    monkeypatch.setattr(office, "settings", settings)
    assert isinstance(settings, config.Settings)
    assert _address_seen(create_app(office)) == seen


@ON_SQLITE
def test_too_large_an_upload_is_refused(office: Office) -> None:
    visitor = arrive(create_app(office))
    answer = visitor.client.post(
        "/sign-in", data=b"x" * (21 * 1024 * 1024), headers={"X-CSRFToken": visitor.token}
    )
    assert answer.status_code == 413


@ON_SQLITE
def test_a_template_that_names_what_is_not_there_fails(office: Office) -> None:
    app = create_app(office)
    app.add_url_rule("/x", "x", public(lambda: app.jinja_env.from_string("{{ nothing }}").render()))
    assert app.test_client().get("/x").status_code == 500


@ON_SQLITE
def test_words_are_counted_in_the_reader_language(office: Office) -> None:
    template = create_app(office).jinja_env.from_string(
        "{% trans n=n %}{{ n }} 份{% pluralize %}{{ n }} 份们{% endtrans %}"
    )
    assert (template.render(n=1), template.render(n=2)) == ("1 份", "2 份们")
