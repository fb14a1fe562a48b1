"""Phrases (常用语): sentences that an expert has written before, offered for a comment with one tap."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

LEAST, LONGEST = 4, 60
"""How many characters a sentence has that is worth offering."""
MOST = 4

_BETWEEN = re.compile(r"(?<=[\u3002\uff1b\uff01\uff1f!?;])|\n|(?<=\.)\s+")


def phrases(comments: Iterable[str], most: int = MOST) -> tuple[str, ...]:
    """The sentences of these comments, oldest first, by how many hold them; of equals the later leads."""
    used: Counter[str] = Counter()
    last: dict[str, int] = {}
    for place, comment in enumerate(comments):
        for sentence in dict.fromkeys(part.strip() for part in _BETWEEN.split(comment)):
            if LEAST <= len(sentence) <= LONGEST:
                used[sentence] += 1
                last[sentence] = place
    return tuple(sorted(used, key=lambda sentence: (-used[sentence], -last[sentence]))[:most])
