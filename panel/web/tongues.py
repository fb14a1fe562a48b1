"""Chinese on an English page says that it is Chinese, so that a screen reader reads it aloud as such.

Names, units, titles and reasons are people's own words and stay as they were written, whatever language the
page is in. Every template writes them as it likes; the finished page is marked here, once (WCAG 2.2, 3.1.2).
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator

from flask import Flask, Response

from panel import language

_ANY = r"\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_TEXT = re.compile(rf"(?:>|\A)([^<>{_ANY}]*[{_ANY}][^<]*)")
"""What stands between two tags and holds a Chinese character; in an attribute, > is written otherwise."""
_WORDS = re.compile(rf"(?:\b\d+)?[{_ANY}](?:[{_ANY}\d\s.,%·“”-]*[{_ANY}])?")
"""From the first character to the last, with the figures and stops between them but no Latin word."""
_UNREAD = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.DOTALL)
_SAID = re.compile(r"<(?!html\b)([a-z][\w-]*)\b[^<>]* lang=[^<>]*>")
_OPENED = re.compile(r"<([a-zA-Z][\w-]*)[^<>]*\Z")
_TEXT_ONLY = frozenset({"option", "textarea", "title", "text", "tspan", "desc"})
"""They hold no elements and are marked themselves: a Chinese voice reads English, not the other way round."""
_MARK = ' lang="zh-CN"'


def install(app: Flask) -> None:
    """Mark what leaves in English."""
    app.after_request(_mark)


def _mark(response: Response) -> Response:
    if (
        language.current() != language.SOURCE
        and response.mimetype == "text/html"
        and not response.is_streamed
        and "attachment" not in response.headers.get("Content-Disposition", "")
    ):
        response.set_data(marked(response.get_data(as_text=True)))
    return response


def marked(html: str) -> str:
    """The page, or the part of one, with every run of Chinese in an element that says so."""
    alone = sorted(_left_alone(html))
    pieces, at = [], 0
    for found in _TEXT.finditer(html):
        start, end = found.span(1)
        before = bisect(alone, (start, len(html)))
        if before and start < alone[before - 1][1]:
            continue
        tag = html[max(0, html.rfind("<", 0, start)) : max(0, start - 1)]
        opened = _OPENED.match(tag)
        if opened and opened[1] in _TEXT_ONLY:
            pieces += [html[at : start - 1], _MARK, html[start - 1 : end]]
        else:
            pieces += [html[at:start], _spans(found[1])]
        at = end
    return "".join((*pieces, html[at:]))


def _left_alone(html: str) -> Iterator[tuple[int, int]]:
    """From where to where nothing is marked: what nobody reads, and elements whose language was said."""
    for unread in _UNREAD.finditer(html):
        yield unread.span()
    for said in _SAID.finditer(html):
        depth, end = 1, len(html)
        for tag in re.compile(rf"<(/?){said[1]}\b").finditer(html, said.end()):
            depth += -1 if tag[1] else 1
            if not depth:
                end = tag.end()
                break
        yield said.start(), end


def _spans(text: str) -> str:
    """The text with its Chinese in spans; in one more where there is other text, which must stay one item."""
    inner = text.strip()
    spans = _WORDS.sub(lambda run: f"<span{_MARK}>{run[0]}</span>", inner)
    whole = spans.count("<span") == 1 and spans.startswith("<span") and spans.endswith("</span>")
    return text.replace(inner, spans if whole else f"<span>{spans}</span>")
