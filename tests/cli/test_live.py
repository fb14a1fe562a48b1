"""Live views under the real server: no thread each, nothing missed, nothing told twice, ended in time."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from flask import Flask

from panel import config
from panel.app import create_app
from panel.cli import live
from panel.services import sign_ins
from panel.services.office import Office
from panel.services.openings import open_office
from panel.web.inspector import stream
from tests.serving import served
from tests.world import PASSWORD, World

PATIENCE = 10  # s; far more than anything here takes


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office in a store of its own."""
    found = open_office(config.create(tmp_path / "home", secure_cookies=False))
    yield found
    found.engine.dispose()


@pytest.fixture
def world(office: Office) -> World:
    """What happens in it."""
    return World(office, office.clock)


@pytest.fixture
def application(office: Office) -> Flask:
    """Its application."""
    return create_app(office)


@pytest.fixture
def port(application: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The application, served."""
    monkeypatch.setattr(live, "BEAT", 0.05)
    monkeypatch.setattr(live, "TICK", 0.01)
    with served(application) as port:
        yield port


def inspects(world: World) -> str:
    """The login of an inspector."""
    assert world.inspector.account_id
    return "inspector"


def signed_in(port: int, login: str) -> str:
    """The cookie of a new session."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    line.request("GET", "/sign-in")
    answer = line.getresponse()
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.read().decode())
    assert found
    cookie = session_of(answer)
    form = f"csrf_token={found[1]}&login={login}&password={PASSWORD}"
    kind = "application/x-www-form-urlencoded"
    line.request("POST", "/sign-in", form, {"Cookie": cookie, "Content-Type": kind})
    answer = line.getresponse()
    answer.read()
    line.close()
    return session_of(answer)


def session_of(answer: http.client.HTTPResponse) -> str:
    """The cookie of the session that an answer sets."""
    (one,) = (text for text in answer.headers.get_all("Set-Cookie", []) if text.startswith("panel="))
    return str(one.split(";")[0])


class Page:
    """An open page: what it was told so far."""

    def __init__(self, port: int, cookie: str, query: str = "", last: str = "") -> None:
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        lines = [f"GET /inspector/stream{query} HTTP/1.1", "Host: here", f"Cookie: {cookie}"]
        lines += [f"Last-Event-ID: {last}"] if last else []
        self.connection.sendall("\r\n".join([*lines, "", ""]).encode())
        self.text = ""

    def hears(self, enough: Callable[[str], bool]) -> str:
        """Read until it is enough, or to the end; beats go on for ever, and this does not."""
        while not enough(self.text) and not beats(500)(self.text):
            more = self.connection.recv(65536)
            if not more:
                break
            self.text += more.decode(errors="replace")
        return self.text

    def entries(self) -> list[int]:
        """The numbers of the entries that were told."""
        return [int(number) for number in re.findall(r'data-index=\\"(\d+)\\"', self.text)]

    def last(self) -> str:
        """The number that the last event named."""
        return str(re.findall(r"\nid: (-?\d+)\n", self.text)[-1])


@contextmanager
def page(port: int, cookie: str, query: str = "", last: str = "") -> Iterator[Page]:
    one = Page(port, cookie, query, last)
    with closing(one.connection):
        yield one


def told(entry: int) -> Callable[[str], bool]:
    return lambda text: f'data-index=\\"{entry}\\"' in text


def beats(count: int) -> Callable[[str], bool]:
    return lambda text: text.count("event: beat") >= count


def test_what_happens_is_told_once_and_in_order(port: int, world: World) -> None:
    cookie = signed_in(port, inspects(world))
    with page(port, cookie, "?after=-1") as open_page:
        open_page.hears(beats(1))
        assert open_page.entries() == [0]
        for newest in (1, 2):
            sign_ins.sign_in(world.office, "inspector", PASSWORD)
            open_page.hears(told(newest))
        assert open_page.entries() == [0, 1, 2]
        assert "200 OK" in open_page.text.split("\r\n")[0]
        assert "text/event-stream" in open_page.text


def test_a_page_that_comes_back_is_told_what_it_missed_and_nothing_twice(port: int, world: World) -> None:
    cookie = signed_in(port, inspects(world))
    with page(port, cookie, "?after=-1") as first:
        first.hears(beats(1))
        assert first.last() == "0"
    sign_ins.sign_in(world.office, "inspector", PASSWORD)
    with page(port, cookie, "?after=-1", last="0") as second:
        second.hears(beats(1))
        assert second.entries() == [1]


def test_open_pages_hold_no_thread_and_no_connection_of_the_server(port: int, world: World) -> None:
    cookie = signed_in(port, inspects(world))
    with page(port, cookie) as one:
        one.hears(beats(1))
        threads = threading.active_count()
        several = [Page(port, cookie) for _n in range(80)]
        for each in several:
            each.hears(beats(1))
        # More pages than the server has threads; it still answers, and no thread came for them.
        assert threading.active_count() == threads
        assert signed_in(port, "inspector")
        for each in several:
            each.connection.close()


def test_the_end_of_a_session_ends_its_pages(port: int, world: World, office: Office) -> None:
    mine, other = signed_in(port, inspects(world)), signed_in(port, "inspector")
    with page(port, mine) as open_page, page(port, other) as staying:
        open_page.hears(beats(1))
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        line.request("GET", "/inspector/", headers={"Cookie": mine})
        answer = line.getresponse()
        renewed = session_of(answer)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.read().decode())
        assert token
        kind = "application/x-www-form-urlencoded"
        line.request("POST", "/sign-out", f"csrf_token={token[1]}", {"Cookie": renewed, "Content-Type": kind})
        line.getresponse().read()
        line.close()
        assert "event: ended" in open_page.hears(lambda _text: False)
        so_far = staying.hears(beats(1)).count("event: beat")
        assert "event: ended" not in staying.hears(beats(so_far + 2))


def test_a_screen_that_nobody_uses_is_locked(port: int, world: World, office: Office) -> None:
    cookie = signed_in(port, inspects(world))
    with page(port, cookie) as open_page:
        open_page.hears(beats(1))
        now = office.clock()
        office.clock = lambda: now.replace(year=now.year + 1)
        assert "event: ended" in open_page.hears(lambda _text: False)


def test_whoever_may_not_listen_is_answered_and_the_connection_goes_on(port: int, world: World) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    line.request("GET", "/inspector/stream")
    answer = line.getresponse()
    answer.read()
    assert answer.status == 303
    assert world.secretary.account_id
    cookie = signed_in(port, "secretary")
    line.request("GET", "/inspector/stream", headers={"Cookie": cookie})
    answer = line.getresponse()
    answer.read()
    assert answer.status == 404
    line.close()


def test_a_page_that_reads_too_slowly_is_cut(
    port: int, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_WAITING", -1)
    cookie = signed_in(port, inspects(world))
    with page(port, cookie) as open_page, suppress(ConnectionError):
        assert "event: ended" not in open_page.hears(lambda _text: False)


def test_a_store_that_does_not_answer_sends_the_pages_away(
    port: int, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cookie = signed_in(port, inspects(world))
    with page(port, cookie) as open_page:
        open_page.hears(beats(1))

        def broken(_office: Office) -> int:
            raise RuntimeError("no store")

        monkeypatch.setattr(stream, "size", broken)
        open_page.hears(lambda _text: False)
        assert "the live views could not be told" in caplog.text


def test_a_hub_that_was_never_asked_stops_all_the_same(application: Flask) -> None:
    live.Hub(application).stop()
