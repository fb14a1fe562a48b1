"""Articles of the regulation (条款) as people cite them: 7(2)5 is 第七条第（二）项第5目."""

from __future__ import annotations

import re

from panel.language import SOURCE, current

ARTICLE = re.compile(r"(?P<article>[1-9][0-9]?)(?:\((?P<item>[1-9][0-9]?)\))?(?P<point>[1-9][0-9]?)?")
"""How articles are written inside: the article, its item in brackets, its point."""

_SPAN = re.compile(ARTICLE.pattern + r"(?:-(?P<last>[1-9][0-9]?))?")
"""As above, or several points of one item: 7(1)1-4, as a policy file cites what a criterion is drawn from."""
_DIGITS = "零一二三四五六七八九"


def article(code: str) -> str:
    """One article, or several with commas between, in the reader's language; anything else stays as it is."""
    several = [part.strip() for part in code.split(",") if part.strip()]
    if current() != SOURCE:
        return ", ".join(f"Art. {part}" for part in several)
    return "、".join(map(_chinese, several))


def _chinese(code: str) -> str:
    match = _SPAN.fullmatch(code)
    if match is None:
        return code
    item = f"第（{numeral(int(match['item']))}）项" if match["item"] else ""
    last = f"至{match['last']}" if match["last"] else ""
    point = f"第{match['point']}{last}目" if match["point"] else ""
    return f"第{numeral(int(match['article']))}条{item}{point}"


def numeral(number: int) -> str:
    """A number below one hundred in Chinese."""
    tens, ones = divmod(number, 10)
    before = "" if tens < 2 else _DIGITS[tens]
    return (before + "十" if tens else "") + (_DIGITS[ones] if ones or not tens else "")
