"""The live trail as a stream of server-sent events: who may listen to it, and what each listener is told.

Holding hundreds of connections open is the server's work (`panel.cli.live`). This module decides who may
listen, as for any page, and words what has arrived; under a server that holds no streams, pages ask instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from flask import Blueprint, Flask, Response, render_template, request, session

from panel import language
from panel.queries import trail
from panel.queries.trail import Wanted
from panel.rules.permissions import Action
from panel.services import sign_ins
from panel.services.office import Office
from panel.web import access, current, forms, tongues
from panel.web.access import allow
from panel.web.formats import second
from panel.web.inspector.days import by_day
from panel.web.inspector.filters import chosen

blueprint = Blueprint("inspector_stream", __name__, url_prefix="/inspector")

ADDRESS = "/inspector/stream"
SERVER = "panel.live"
"""Where a server that holds streams puts what takes a listener."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a page shows, and in which language: listeners with the same look are told the same."""

    locale: str
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Listening:
    """One page that listens: by which session and how long at most, to what, and after which entry."""

    token: str
    until: datetime
    look: Look
    after: int


class Taker(Protocol):
    """A server that holds a stream open."""

    def take(self, listening: Listening) -> None:
        """Keep the connection of the request at hand for this listener."""


@blueprint.get("/stream")
@allow(Action.WATCH)
def listen() -> Response:
    """Go on listening after the last entry that arrived; 204 where the server holds no streams."""
    # An open page is nobody at work: an unattended screen locks all the same.
    session.modified = False
    taker = cast("Taker | None", request.environ.get(SERVER))
    if taker is None:
        return Response(status=204)
    newest = trail.size(current.reader()) - 1
    asked = request.args.get("after", default=newest, type=forms.whole)
    after = request.headers.get("Last-Event-ID", default=asked, type=forms.whole)
    look = Look(language.current(), chosen().wanted)
    taker.take(Listening(access.token(), access.locks_at(), look, min(after, newest)))
    return Response(
        content_type="text/event-stream; charset=utf-8",
        # A proxy that gathered answers would keep back what is live.
        headers={"X-Accel-Buffering": "no"},
    )


def size(office: Office) -> int:
    """How many entries there are now."""
    with office.glancing() as reader:
        return trail.size(reader)


def living(office: Office, tokens: Iterable[str]) -> set[str]:
    """Whose sessions go on."""
    with office.glancing() as reader:
        return sign_ins.living(reader, tokens, office.clock())


def arrived(app: Flask, look: Look, after: int, length: int) -> tuple[bytes, int]:
    """The event with what came after an entry in a trail so long, and the entry up to which it tells.

    There are never more entries in it than on a page; where nothing fits the look, the event is empty.
    """
    with app.test_request_context(ADDRESS):
        language.use(look.locale)
        entries = trail.news(current.reader(), look.wanted, after=after, before=length).entries
        last = entries[0].index if len(entries) == trail.PAGE else length - 1
        if not entries:
            return b"", last
        html = render_template("inspector/_feed.html", days=by_day(entries))
        if language.current() != language.SOURCE:
            # An answer would be marked when it leaves; this is none.
            html = tongues.marked(html)
        time = second(current.office().clock())
    return event("entries", last, json.dumps({"time": time, "html": html}, ensure_ascii=False)), last


def beat(office: Office, last: int) -> bytes:
    """The event that says: still here, and nothing that fits is missing up to this entry."""
    return event("beat", last, second(office.clock()))


def event(name: str, last: int, data: str) -> bytes:
    """One event as it is sent; a page that reconnects names `last`. There is no line break in `data`."""
    return f"event: {name}\nid: {last}\ndata: {data}\n\n".encode()
