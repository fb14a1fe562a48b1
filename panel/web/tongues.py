"""Chinese on an English page says that it is Chinese, so that a screen reader reads it aloud as such.

Names, units, titles and reasons are people's own words and stay as they were written, whatever language the
page is in. Every template writes them as it likes; the finished page is marked here, once (WCAG 2.2, 3.1.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flask import Flask, Response

from panel import language

_TAG = re.compile(
    r"<!--.*?-->"
    r"|<(?P<raw>script|style)\b.*?</(?P=raw)\s*>"
    r"""|<(?P<close>/?)(?P<name>[a-zA-Z][\w-]*)(?:"[^"]*"|'[^']*'|[^'">])*>""",
    re.DOTALL,
)
_ANY = r"\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_CHINESE = re.compile(f"[{_ANY}]")
_WORDS = re.compile(rf"(?:\b\d+)?[{_ANY}](?:[{_ANY}\d\s.,%·“”-]*[{_ANY}])?")
"""From the first character to the last, with the figures and stops between them but no Latin word."""
_TEXT_ONLY = frozenset({"option", "textarea", "title", "text", "tspan", "desc"})
"""They hold no elements and are marked themselves: a Chinese voice reads English, not the other way round."""
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})
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


@dataclass(slots=True)
class _Place:
    """Where the reading of a page is: the element just opened, the one whose language was said."""

    pieces: list[str] = field(default_factory=list)
    opened: str = ""
    said: str = ""
    depth: int = 0

    def text(self, text: str) -> None:
        """Take a text between two tags."""
        if self.said or not _CHINESE.search(text):
            self.pieces.append(text)
        elif self.opened in _TEXT_ONLY:
            self.pieces[-1] = self.pieces[-1][:-1] + _MARK + ">"
            self.pieces.append(text)
        else:
            self.pieces.append(_spans(text))

    def tag(self, found: re.Match[str]) -> None:
        """Take a tag, a comment, or an element that holds no text for people."""
        self.pieces.append(found[0])
        name, closing = found["name"] or "", bool(found["close"])
        self.opened = "" if closing else name
        if self.said:
            self.depth += (name == self.said) * (-1 if closing else 1)
            self.said = self.said if self.depth else ""
        elif not closing and name not in _VOID and name != "html" and " lang=" in found[0]:
            self.said, self.depth = name, 1


def marked(html: str) -> str:
    """The page, or the part of one, with every run of Chinese in an element that says so."""
    place, at = _Place(), 0
    for found in _TAG.finditer(html):
        place.text(html[at : found.start()])
        place.tag(found)
        at = found.end()
    place.text(html[at:])
    return "".join(place.pieces)


def _spans(text: str) -> str:
    """The text with its Chinese in spans; in one more where there is other text, which must stay one item."""
    inner = text.strip()
    spans = _WORDS.sub(lambda run: f"<span{_MARK}>{run[0]}</span>", inner)
    whole = spans.count("<span") == 1 and spans.startswith("<span") and spans.endswith("</span>")
    return text.replace(inner, spans if whole else f"<span>{spans}</span>")
