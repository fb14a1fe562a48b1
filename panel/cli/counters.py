"""Who serves a request: a thread for the saves of scores, and others for the rest."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask
from waitress.task import ThreadedTaskDispatcher, WSGITask
from werkzeug.exceptions import HTTPException

from panel.cli.live import Handshake, Hub
from panel.web.inspector import stream

SAVE = "expert_sheets.save"
"""The endpoint that a tablet posts each score to."""


class Counters:
    """Who serves a request: saves of scores have a thread of their own, which takes them as they came.

    Threads that take turns at the interpreter only make each other slower, and some wait much longer than
    others: of sixteen tablets that saved at once, the unluckiest waited three times as long as now
    (`benchmarks/saves.py`). All else, above all what takes long, is answered side by side.
    """

    def __init__(self, application: Flask, threads: int) -> None:
        self._application, self._hub = application, Hub(application)
        self._addresses = application.url_map.bind("")
        self._saves, self._others = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        self._saves.queue_logger = logging.getLogger("panel.saves.queue")
        self._saves.queue_logger.disabled = True  # it would say that tablets wait for one another, as they do
        self._saves.set_thread_count(1)
        self._others.set_thread_count(threads)

    def add_task(self, channel: Any) -> None:
        """Queue a connection whose next request has come in."""
        request = channel.requests[0]
        listens = request.command == "GET" and request.path == stream.ADDRESS
        channel.task_class = self._handshake if listens else WSGITask
        line = self._saves if self.is_save(request) else self._others
        line.add_task(channel)

    def is_save(self, request: Any) -> bool:
        """Whether a request saves a score."""
        if request.command != "POST":
            return False
        try:
            endpoint, _values = self._addresses.match(request.path, "POST")
        except HTTPException:
            return False
        return bool(endpoint == SAVE)

    def _handshake(self, channel: Any, request: Any) -> Handshake:
        return Handshake(channel, request, self._hub, self._application)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Stop all threads."""
        self._hub.stop()
        ended = [line.shutdown(cancel_pending, timeout) for line in (self._saves, self._others)]
        return all(ended)
