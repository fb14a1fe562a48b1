"""How many refused acts of one account are logged: all that a person can make, not what a script can."""

from __future__ import annotations

import threading
from datetime import datetime

PER_MINUTE = 30


class RefusalQuota:
    """At most so many refusals of one account each minute; the rest are refused as well, but not logged."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self._per_minute = per_minute
        self._minute = ""
        self._taken: dict[str, int] = {}
        self._guard = threading.Lock()

    def take(self, account: str, now: datetime) -> bool:
        """Whether one more refusal of `account` may be logged."""
        minute = now.strftime("%Y%m%d%H%M")
        with self._guard:
            if minute != self._minute:
                self._minute, self._taken = minute, {}
            taken = self._taken.get(account, 0)
            self._taken[account] = taken + 1
            return taken < self._per_minute
