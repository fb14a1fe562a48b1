"""The session's cookie is signed by one signer, and by the application's key alone."""

from __future__ import annotations

from flask import Flask, session

from panel.web import cookies


def make(key: str) -> Flask:
    app = Flask("made")
    app.config["SECRET_KEY"] = key
    cookies.install(app)

    @app.get("/keep")
    def keep() -> str:
        session["seen"] = "yes"
        return ""

    app.add_url_rule("/look", "look", lambda: session.get("seen", "no"))
    return app


def test_the_signer_is_made_once() -> None:
    app = make("a" * 32)
    signers = {id(app.session_interface.get_signing_serializer(app)) for _ in range(3)}  # type: ignore[attr-defined]
    assert len(signers) == 1


def test_a_cookie_is_read_by_its_own_key_only() -> None:
    mine, other = make("a" * 32).test_client(), make("b" * 32).test_client()
    mine.get("/keep")
    cookie = mine.get_cookie("session")
    assert cookie is not None
    other.set_cookie("session", cookie.value)
    assert (mine.get("/look").text, other.get("/look").text) == ("yes", "no")


def test_without_a_key_there_is_no_session() -> None:
    app = make("")
    assert app.test_client().get("/look").text == "no"
