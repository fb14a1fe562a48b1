"""Who may listen to the trail, after which entry, and what is told; no server holds a stream here."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from flask import Flask
from werkzeug.test import TestResponse

from panel.queries.trail import PAGE, Wanted
from panel.services import watching
from panel.services.office import Office
from panel.web.inspector import stream
from panel.web.inspector.stream import ADDRESS, SERVER, Listening, Look
from tests.conftest import StandingClock
from tests.web.inspector.conftest import Visit, Visitor
from tests.web.test_tongues import unmarked
from tests.world import World

EVERYTHING = Look("zh", Wanted())


@dataclass(slots=True)
class Server:
    """A server that takes listeners and does nothing with them."""

    taken: list[Listening] = field(default_factory=list)

    def take(self, listening: Listening) -> None:
        self.taken.append(listening)


def listen(visitor: Visitor, query: str = "", last: str = "") -> tuple[TestResponse, list[Listening]]:
    server = Server()
    headers = {"Last-Event-ID": last} if last else {}
    answer = visitor.client.get(f"{ADDRESS}{query}", environ_overrides={SERVER: server}, headers=headers)
    return answer, server.taken


def passed(world: World, count: int) -> None:
    """So many acts."""
    for _n in range(count):
        watching.log(world.office, world.inspector)


def data(event: bytes) -> dict[str, str]:
    lines = dict(line.split(": ", 1) for line in event.decode().strip().split("\n"))
    return {"id": lines["id"], "event": lines["event"], **json.loads(lines["data"])}


def test_a_server_that_holds_no_streams_says_so(inspector: Visitor) -> None:
    assert inspector.get(ADDRESS).status_code == 204


def test_only_an_inspector_may_listen(visit: Visit, world: World, inspector: Visitor) -> None:
    answer, taken = listen(inspector)
    assert (answer.status_code, len(taken)) == (200, 1)
    assert answer.content_type.startswith("text/event-stream")
    assert answer.headers["X-Accel-Buffering"] == "no"
    answer, taken = listen(visit(world.secretary))
    assert (answer.status_code, taken) == (404, [])


def test_listening_goes_on_after_what_the_page_has(inspector: Visitor, world: World, office: Office) -> None:
    inspector.come()
    passed(world, 3)
    newest = stream.size(office) - 1
    assert [one.after for one in listen(inspector)[1]] == [newest]
    assert [one.after for one in listen(inspector, "?after=0")[1]] == [0]
    assert [one.after for one in listen(inspector, "?after=0", last="1")[1]] == [1]
    assert [one.after for one in listen(inspector, "?after=0", last="none")[1]] == [0]
    assert [one.after for one in listen(inspector, "?after=99999")[1]] == [newest]


def test_listening_does_not_keep_an_unattended_screen_open(
    inspector: Visitor, office: Office, clock: StandingClock
) -> None:
    inspector.come()
    clock.forward(minutes=10)
    (first,) = listen(inspector)[1]
    clock.forward(minutes=3)
    (second,) = listen(inspector)[1]
    assert first.until == second.until
    clock.forward(minutes=3)
    answer, taken = listen(inspector)
    assert (answer.status_code, taken) == (303, [])


def test_what_has_arrived_is_worded_in_the_readers_language(app: Flask, world: World, office: Office) -> None:
    world.round_("2026")
    passed(world, 3)
    length = stream.size(office)
    event, last = stream.arrived(app, EVERYTHING, -1, length)
    told = data(event)
    assert last == length - 1
    assert told["id"] == str(last)
    assert told["html"].count("data-index") == length
    english, _last = stream.arrived(app, Look("en", Wanted()), -1, length)
    assert data(english)["html"] != told["html"]


def test_what_has_arrived_on_an_english_page_says_which_words_are_chinese(
    app: Flask, world: World, office: Office
) -> None:
    passed(world, 1)
    length = stream.size(office)
    chinese, english = (
        data(stream.arrived(app, Look(locale, Wanted()), -1, length)[0])["html"] for locale in ("zh", "en")
    )
    assert 'span lang="zh-CN"' not in chinese
    assert 'span lang="zh-CN"' in english
    assert unmarked(english) == []


def test_what_does_not_fit_is_passed_over_in_silence(app: Flask, world: World, office: Office) -> None:
    passed(world, 3)
    length = stream.size(office)
    assert stream.arrived(app, Look("zh", Wanted(refused_only=True)), -1, length) == (b"", length - 1)


def test_never_more_than_a_page_at_once_and_nothing_is_skipped(
    app: Flask, world: World, office: Office
) -> None:
    passed(world, PAGE + 3)
    length = stream.size(office)
    event, last = stream.arrived(app, EVERYTHING, -1, length)
    assert data(event)["html"].count("data-index") == PAGE
    assert last == PAGE - 1
    event, last = stream.arrived(app, EVERYTHING, last, length)
    assert data(event)["html"].count("data-index") == length - PAGE
    assert last == length - 1


def test_an_entry_after_the_length_that_was_read_comes_next(app: Flask, world: World, office: Office) -> None:
    passed(world, 3)
    length = stream.size(office)
    passed(world, 1)
    event, last = stream.arrived(app, EVERYTHING, -1, length)
    assert data(event)["html"].count("data-index") == length
    assert stream.arrived(app, EVERYTHING, last, stream.size(office))[0]


def test_a_beat_says_up_to_which_entry_nothing_is_missing(office: Office) -> None:
    assert stream.beat(office, 7).startswith(b"event: beat\nid: 7\ndata: ")


def test_a_session_that_was_ended_does_not_go_on(
    inspector: Visitor, visit: Visit, world: World, office: Office
) -> None:
    (one,) = listen(inspector)[1]
    (other,) = listen(visit(world.inspector))[1]
    assert stream.living(office, [one.token, other.token, "made up"]) == {one.token, other.token}
    inspector.post("/sign-out")
    assert stream.living(office, [one.token, other.token]) == {other.token}
