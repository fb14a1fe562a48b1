"""Holding the live views open: one thread for all of them, which reads the trail once and tells everybody.

A request for the stream goes through the application like any other. When it may listen, its connection is
taken away from the web server and given to the hub, so that no thread waits for it (docs/adr/0019-live.md).
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from flask import Flask
from waitress.task import WSGITask
from werkzeug.test import run_wsgi_app

from panel.services.office import Office
from panel.web import current
from panel.web.inspector import stream
from panel.web.inspector.stream import Listening

TICK = 0.15  # s between two looks at the trail
BEAT = 5.0  # s between two signs of life
MOST_WAITING = 256 * 1024
"""Bytes that may wait for a slow connection; beyond that it is cut, and its page asks to go on."""
MOST_PAGES = 4
"""Pages of entries told in one tick to those who are behind."""

_LOG = logging.getLogger("panel.live")


class Listener(asyncio.Protocol):
    """One open page."""

    def __init__(self, hub: Hub, listening: Listening, head: bytes) -> None:
        self.listening = listening
        self.after = listening.after
        self._hub, self._head = hub, head
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send what the answer begins with, and listen from now on."""
        self._transport = transport  # type: ignore[assignment]
        self.send(self._head)
        self._hub.listeners.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the page."""
        self._hub.listeners.discard(self)

    def send(self, data: bytes) -> None:
        """Send without waiting."""
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > MOST_WAITING:
            self._transport.abort()

    def end(self, last_words: bytes = b"") -> None:
        """Close the connection once everything is sent."""
        self.send(last_words)
        if self._transport is not None:
            self._transport.close()


class Hub:
    """All open pages of this process: one thread with a loop of its own, begun when first needed."""

    def __init__(self, application: Flask) -> None:
        self.listeners: set[Listener] = set()
        self._application = application
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._length = 0
        self._beat_at = 0.0

    @property
    def _office(self) -> Office:
        return self._application.extensions[current.EXTENSION]  # type: ignore[no-any-return]

    def join(self, connection: socket.socket, listening: Listening, head: bytes) -> None:
        """Serve a page from now on."""
        with self._lock:
            loop = self._loop or self._begin()
        asyncio.run_coroutine_threadsafe(self._adopt(connection, Listener(self, listening, head)), loop)

    def stop(self) -> None:
        """Close every page and end the thread."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()

    def _begin(self) -> asyncio.AbstractEventLoop:
        self._loop = loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(loop,), name="live", daemon=True)
        self._thread.start()
        return loop

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        telling = loop.create_task(self._tell())
        loop.run_forever()
        telling.cancel()
        for listener in list(self.listeners):
            listener.end()
        loop.run_until_complete(asyncio.gather(telling, asyncio.sleep(0), return_exceptions=True))
        loop.close()

    async def _adopt(self, connection: socket.socket, listener: Listener) -> None:
        loop = asyncio.get_running_loop()
        await loop.connect_accepted_socket(lambda: listener, connection)

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            if not self.listeners:
                continue
            try:
                self.tick(asyncio.get_running_loop().time())
            except Exception:
                _LOG.exception("the live views could not be told; they will ask again")
                for listener in list(self.listeners):
                    listener.end()

    def tick(self, now: float) -> None:
        """Tell everybody what is new; now and then, that all is well, and end what may no longer listen."""
        length = stream.size(self._office)
        news = length != self._length
        self._length = length
        if news or now - self._beat_at >= BEAT:
            self._end_those_who_left()
        for _page in range(MOST_PAGES):
            if not self._tell_those_behind(length):
                break
        if now - self._beat_at >= BEAT:
            self._beat_at = now
            self._say_that_all_is_well()

    def _end_those_who_left(self) -> None:
        """Whose session has ended or stood idle is told so: the page then asks, and learns why."""
        living = stream.living(self._office, {one.listening.token for one in self.listeners})
        now = self._office.clock()
        for listener in list(self.listeners):
            if listener.listening.token not in living or listener.listening.until <= now:
                listener.end(stream.event("ended", listener.after, ""))

    def _tell_those_behind(self, length: int) -> bool:
        """One page of entries to everybody who is behind, worded once for all with the same look."""
        behind: dict[tuple[stream.Look, int], list[Listener]] = {}
        for listener in self.listeners:
            if listener.after < length - 1:
                behind.setdefault((listener.listening.look, listener.after), []).append(listener)
        for (look, after), several in behind.items():
            data, last = stream.arrived(self._application, look, after, length)
            for listener in several:
                listener.after = last
                if data:
                    listener.send(data)
        return bool(behind)

    def _say_that_all_is_well(self) -> None:
        words: dict[int, bytes] = {}
        for listener in list(self.listeners):
            if listener.after not in words:
                words[listener.after] = stream.beat(self._office, listener.after)
            listener.send(words[listener.after])


class Handshake(WSGITask):  # type: ignore[misc]
    """A request for the stream: answered like any other, or its connection given to the hub."""

    def __init__(self, channel: Any, request: Any, hub: Hub, application: Flask) -> None:
        super().__init__(channel, request)
        self._hub, self._application = hub, application
        self._listening: Listening | None = None

    def take(self, listening: Listening) -> None:
        """Called by the view that lets the page listen."""
        self._listening = listening

    def execute(self) -> None:
        """Ask the application, then hand over or answer."""
        environ = self.get_environment() | {stream.SERVER: self}
        body, status, headers = run_wsgi_app(self._application, environ, buffered=True)
        if self._listening is not None and int(status.split()[0]) == HTTPStatus.OK:
            self._hand_over(self._listening, head(status, headers.items()))
            return
        self.complete = True
        self.status, self.response_headers = status, list(headers.items())
        content = b"".join(body)
        self.content_length = len(content)
        self.write(content)

    def _hand_over(self, listening: Listening, head: bytes) -> None:
        """In the thread of the server's loop, which alone may touch its connections."""
        channel = self.channel
        self.wrote_header = True  # nothing is left to write for the server

        def hand_over() -> None:
            if not channel.connected:
                return
            connection = channel.socket.dup()
            channel.handle_close()
            self._hub.join(connection, listening, head)

        channel.server.trigger.pull_trigger(hand_over)


def head(status: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """The head of an answer that ends when its connection does, and how soon to come back then."""
    own = [(name, value) for name, value in headers if name.lower() != "content-length"]
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in own), "Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\nretry: 1000\n\n").encode("latin-1")
