"""How long something lasted, as people say it."""

from __future__ import annotations

from datetime import timedelta

from panel.language import _


def lasting(time: timedelta) -> str:
    """3 天 4 小时, 4 小时 12 分钟, 12 分钟, 不到 1 分钟: two units at most."""
    minutes = int(time.total_seconds()) // 60
    if minutes < 1:
        return _("不到 1 分钟")
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [
        (days, _("{count} 天").format(count=days)),
        (hours, _("{count} 小时").format(count=hours)),
        (0 if days else minutes, _("{count} 分钟").format(count=minutes)),
    ]
    return " ".join(text for count, text in parts if count)
