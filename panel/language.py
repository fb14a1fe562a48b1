"""The reader's language: Chinese in the source, other languages from catalogues under `translations/`.

Every layer may word a message with `_`; the edge that answers a person sets the language for that answer.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = "zh_CN"
LOCALES = (SOURCE, "en")
CATALOGUES = Path(__file__).parent / "translations"

_current: ContextVar[str] = ContextVar("locale", default=SOURCE)


def current() -> str:
    """The language in force."""
    return _current.get()


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Word everything inside in `locale`."""
    token = _current.set(locale if locale in LOCALES else SOURCE)
    try:
        yield
    finally:
        _current.reset(token)


def use(locale: str) -> None:
    """Word everything from here on in `locale` (one request, one context)."""
    _current.set(locale if locale in LOCALES else SOURCE)


def _(message: str) -> str:
    """`message` in the reader's language; a message that no catalogue knows stays Chinese."""
    locale = _current.get()
    # Asked for nothing, gettext would answer with the head of the catalogue.
    return message if locale == SOURCE or not message else catalogue(locale).gettext(message)


def pgettext(context: str, message: str) -> str:
    """`message` where one Chinese word is several elsewhere: `context` says which, and is never shown."""
    locale = _current.get()
    return message if locale == SOURCE else catalogue(locale).pgettext(context, message)


def together(*sentences: str) -> str:
    """Whole sentences one after the other, as the reader's language spaces them; empty ones are left out."""
    return between().join(filter(None, sentences))


def between() -> str:
    """What stands between two sentences in the reader's language."""
    return "" if _current.get() == SOURCE else " "


def N_(message: str) -> str:  # noqa: N802 - the name that message extractors know
    """Mark a message for the catalogue without translating it yet."""
    return message


@cache
def catalogue(locale: str) -> gettext.NullTranslations:
    """The catalogue of `locale`, compiled in memory from its source."""
    file = CATALOGUES / locale / "LC_MESSAGES" / "panel.po"
    if not file.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=locale))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
