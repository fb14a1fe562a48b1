"""Pauses of the interpreter: a full collection of all that the start loaded takes a tenth of a second."""

from __future__ import annotations

import gc


def shorten() -> None:
    """Leave out of every later collection what is there now: the modules, the tables, the application.

    Whoever held the trail's lock in such a pause let all others wait for it.
    """
    gc.collect()
    gc.freeze()
