"""What was loaded at the start is not looked through again and again."""

from __future__ import annotations

import gc

from panel.cli import pauses


def test_what_is_there_is_left_out_of_later_collections_and_what_comes_is_not() -> None:
    before = gc.get_freeze_count()
    try:
        pauses.shorten()
        assert gc.get_freeze_count() > before + 10_000
        ring: list[object] = []
        ring.append(ring)
        del ring
        assert gc.collect() >= 1
    finally:
        gc.unfreeze()
