"""The application served as `panel serve` does, on a free port, and stopped whatever is still open."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from panel.cli import serve


@contextmanager
def served(application: Flask, *, proxies: int = 0, port: int = 0) -> Iterator[int]:
    """Serve in a thread; yields the port."""
    server = serve.server(application, "127.0.0.1", port, proxies=proxies)
    running = threading.Thread(target=server.run, name="served")

    def stop() -> None:
        # A connection that a browser keeps would keep the server's loop going for ever.
        for channel in list(server.active_channels.values()):
            channel.handle_close()
        server.close()

    running.start()
    try:
        yield server.effective_port
    finally:
        server.trigger.pull_trigger(stop)  # in the thread of the loop, which alone may touch its connections
        running.join()
        server.task_dispatcher.shutdown()
