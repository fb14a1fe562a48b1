"""How long something lasted, in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from panel.sentences.durations import lasting


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(0), "不到 1 分钟"),
        (timedelta(seconds=59), "不到 1 分钟"),
        (timedelta(seconds=60), "1 分钟"),
        (timedelta(minutes=59, seconds=59), "59 分钟"),
        (timedelta(hours=4), "4 小时"),
        (timedelta(hours=4, minutes=12), "4 小时 12 分钟"),
        (timedelta(days=3, hours=4, minutes=59), "3 天 4 小时"),
        (timedelta(days=20, minutes=5), "20 天"),
    ],
)
def test_two_units_at_most(time: timedelta, said: str) -> None:
    assert lasting(time) == said
