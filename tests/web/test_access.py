"""Who gets in, how long a session lives, and that nothing can be probed."""

from __future__ import annotations

import re

import pytest
from flask import Flask, session

from panel.app import create_app
from panel.audit import read
from panel.errors import NotFound, SettingsError
from panel.rules.permissions import Action, Role
from panel.rules.stages import Stage
from panel.services import accounts
from panel.services.office import Office
from panel.web import access
from panel.web.access import allow, declared, public, refuse_undeclared
from tests.application import application
from tests.conftest import StandingClock
from tests.visitors import Visitor, arrive
from tests.world import PASSWORD, World


def refused(office: Office) -> list[tuple[str, str, str]]:
    with office.reading() as reader:
        found = read.page(reader, read.Filter(refused_only=True))
    return [(record.actor, record.act, record.round_id) for record in found]


# --- declarations -------------------------------------------------------------------------------------------


def test_the_start_refuses_an_address_that_declares_nothing(office: Office) -> None:
    app = create_app(office)
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(SettingsError, match="without a declared permission: forgotten"):
        refuse_undeclared(app)


def test_a_view_says_what_it_asks_for(office: Office) -> None:
    app = create_app(office)
    app.add_url_rule("/x", "x", allow(Action.WATCH)(lambda: ""))
    app.add_url_rule("/y", "y", public(lambda: ""))
    assert (declared(app, "x"), declared(app, "y")) == ("watch", access.PUBLIC)
    assert declared(app, "static") == access.PUBLIC
    refuse_undeclared(app)


# --- signing in ---------------------------------------------------------------------------------------------


def test_signing_in_begins_a_new_session_and_keeps_only_the_language(app: Flask, world: World) -> None:
    world.person(Role.SECRETARY)
    visitor = arrive(app)
    visitor.post("/language", {"locale": "en"})
    with visitor.client.session_transaction() as before:
        before["planted"] = "by somebody else"
        old = dict(before)
    cookie = visitor.cookie()
    assert visitor.sign_in("secretary").status_code == 303
    assert visitor.cookie() != cookie
    with visitor.client.session_transaction() as after:
        assert "planted" not in after
        assert after["locale"] == "en"
        assert after["csrf_token"] != old["csrf_token"]
        assert after["_user_id"] not in (None, old.get("_user_id"))


def test_two_sign_ins_share_nothing(app: Flask, world: World) -> None:
    world.person(Role.SECRETARY)
    tokens = set()
    for visitor in (arrive(app, "secretary"), arrive(app, "secretary")):
        with visitor.client.session_transaction() as held:
            tokens.add(held["_user_id"])
    assert len(tokens) == 2


@pytest.mark.parametrize("secure", [True, False])
def test_the_cookie_is_for_this_site_and_no_script(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch, secure: bool
) -> None:
    monkeypatch.setattr(office, "settings", office.settings.model_copy(update={"secure_cookies": secure}))
    world.person(Role.SECRETARY)
    client = application(office).test_client()
    answer = client.get("/sign-in", base_url="https://review.example")
    flags = answer.headers["Set-Cookie"].split("; ")[1:]
    assert set(flags) == {"HttpOnly", "Path=/", "SameSite=Lax"} | ({"Secure"} if secure else set())


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/\t/evil.example/",
        "/\n/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/%09/evil.example",
        "",
    ],
)
def test_nobody_is_sent_to_another_site(app: Flask, world: World, target: str) -> None:
    world.person(Role.SECRETARY)
    answer = arrive(app).sign_in("secretary", next=target)
    assert answer.location in ("/", "/%09/evil.example")  # the latter is a path of our own
    assert arrive(app).post("/language", {"locale": "en", "next": target}).location in (
        "/",
        "/%09/evil.example",
    )


def test_one_is_sent_where_one_wanted_to_go(app: Flask, world: World) -> None:
    world.person(Role.SECRETARY)
    visitor = arrive(app)
    asked = visitor.get("/secretary/rounds/2026/applications?track=studio")
    assert asked.status_code == 303
    assert asked.location == "/sign-in?next=/secretary/rounds/2026/applications?track%3Dstudio"
    assert (
        'name="next" value="/secretary/rounds/2026/applications?track=studio"'
        in visitor.get(asked.location).text
    )
    answer = visitor.sign_in("secretary", next="/secretary/rounds/2026/applications?track=studio")
    assert answer.location == "/secretary/rounds/2026/applications?track=studio"
    assert visitor.get("/sign-in").location == "/"


def test_a_tap_without_a_session_is_told_so(app: Flask) -> None:
    visitor = arrive(app)
    page = "http://localhost/inspector/?act=sheet"
    answer = visitor.get("/inspector/feed", **{"HX-Request": "true", "HX-Current-URL": page})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (
        401,
        "/sign-in?next=/inspector/?act%3Dsheet",
    )
    answer = visitor.post("/sign-out", None, **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers.get("HX-Redirect")) == (401, None)
    assert visitor.post("/sign-out").location == "/sign-in"


# --- how long a session lives -------------------------------------------------------------------------------


def test_an_unattended_screen_locks_itself(secretary: Visitor, office: Office, clock: StandingClock) -> None:
    clock.forward(minutes=office.policy.idle_lock_minutes)
    assert secretary.get("/account/password").status_code == 200
    clock.forward(minutes=office.policy.idle_lock_minutes, seconds=1)
    assert secretary.get("/account/password").location == "/locked?next=/account/password"


def test_whoever_goes_on_working_is_not_locked_out(secretary: Visitor, clock: StandingClock) -> None:
    for _ in range(5):
        clock.forward(minutes=14)
        assert secretary.get("/account/password").status_code == 200


def test_the_cookie_is_renewed_once_a_minute_at_most(secretary: Visitor, clock: StandingClock) -> None:
    cookie = secretary.cookie()
    clock.forward(seconds=59)
    secretary.get("/account/password")
    assert secretary.cookie() == cookie
    clock.forward(seconds=2)
    secretary.get("/account/password")
    assert secretary.cookie() != cookie


def test_a_stolen_cookie_is_worth_nothing_once_the_session_is_ended(
    app: Flask, world: World, office: Office, secretary: Visitor
) -> None:
    thief = Visitor(app.test_client())
    thief.client.set_cookie("panel", secretary.cookie())
    assert thief.get("/account/password").status_code == 200
    account_id = world.secretary.account_id
    assert account_id is not None
    accounts.revoke(office, world.administrator, account_id)
    assert thief.get("/account/password").status_code == 303
    assert secretary.get("/account/password").status_code == 303


def test_signing_out_ends_the_session_on_the_server(app: Flask, secretary: Visitor) -> None:
    copy = Visitor(app.test_client())
    copy.client.set_cookie("panel", secretary.cookie())
    secretary.post("/language", {"locale": "en"})
    assert secretary.post("/sign-out").location == "/sign-in"
    with secretary.client.session_transaction() as held:
        assert set(held) <= {"locale", "csrf_token"}
    assert copy.get("/account/password").status_code == 303


def test_a_session_that_ends_while_it_begins_is_no_session(app: Flask) -> None:
    with app.test_request_context("/"):
        with pytest.raises(NotFound):
            access.begin("no such token")
        assert "_user_id" not in session


# --- nothing can be probed ----------------------------------------------------------------------------------


def plain(text: str) -> str:
    """A page without what differs from one request to the next: its own address, and tokens."""
    text = re.sub(r'<input type="hidden" name="next" value="[^"]*">\n?', "", text)
    return re.sub(r'(csrf_token" value="|X-CSRFToken": ")[^"]+', "", text)


def test_forbidden_and_missing_look_the_same(secretary: Visitor, world: World) -> None:
    world.round_("2026", Stage.SCORING)
    forbidden = (
        "/admin/",  # another role's
        "/inspector/rounds/2026",  # the table allows the act, but these are the inspector's screens
        "/secretary/rounds/2026/result",  # not at this stage
        "/secretary/rounds/1999/",  # no such round
        "/secretary/rounds/2026/applications/S99",  # no such application
        "/admin/accounts/1",
    )
    missing = secretary.get("/no/such/page")
    assert missing.status_code == 404
    for path in forbidden:
        answer = secretary.get(path)
        assert answer.status_code == 404, path
        assert plain(answer.text) == plain(missing.text), path
        assert dict(answer.headers) == {**missing.headers, "Content-Length": answer.headers["Content-Length"]}
    wrong_method = secretary.send("DELETE", "/secretary/")
    assert (wrong_method.status_code, plain(wrong_method.text)) == (404, plain(missing.text))
    assert "Allow" not in wrong_method.headers
    assert secretary.send("OPTIONS", "/secretary/").status_code == 404


def test_what_was_refused_is_logged_with_its_round(secretary: Visitor, world: World, office: Office) -> None:
    round_id = world.round_("2026", Stage.SCORING)
    secretary.get("/secretary/rounds/2026/result")
    secretary.get("/admin/")
    assert refused(office) == [
        (world.secretary.id, "manage_accounts", ""),
        (world.secretary.id, "see_result", str(round_id)),
    ]


def test_a_tap_on_what_is_not_there_answers_with_a_part_of_a_page(secretary: Visitor) -> None:
    answer = secretary.get("/admin/", **{"HX-Request": "true"})
    assert answer.status_code == 404
    assert "<html" not in answer.text
    assert "没有这个页面" in answer.text


def test_after_a_password_change_one_signs_in_again(app: Flask, secretary: Visitor) -> None:
    fields = {"current": PASSWORD, "password": "another horse entirely", "again": "another horse entirely"}
    assert secretary.post("/account/password", fields).location == "/sign-in"
    assert secretary.get("/account/password").status_code == 303
    assert arrive(app).sign_in("secretary", "another horse entirely").status_code == 303
