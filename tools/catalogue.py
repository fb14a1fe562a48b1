"""Keep the catalogues of other languages in step with the texts: `python -m tools.catalogue`.

Reads every message out of the code and the templates, keeps the translations there are, drops those whose
text is gone, and says what has none yet. No dates, no line numbers, no guesses: the same texts give the same
file.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from panel.language import CATALOGUES, LOCALES, SOURCE

PACKAGE = Path(__file__).parents[1] / "panel"
OTHERS = tuple(locale for locale in LOCALES if locale != SOURCE)

_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
# As panel/app.py sets Jinja up; a template that cannot be read stops the tool instead of losing its texts.
_OPTIONS = {"templates/**.html": {"newstyle_gettext": "true", "silent": "false"}}
_KEYWORDS: dict[str, Any] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
_CONTEXT = "\x04"
"""Stands between the context of a text and the text, as gettext itself has it."""

_HEADER = """\
# The interface of panel in another language. Texts are updated by `python -m tools.catalogue`.
msgid ""
msgstr ""
"Project-Id-Version: panel\\n"
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


@dataclass(frozen=True, slots=True)
class Changes:
    """What an update found: texts without a translation, and translations without a text."""

    missing: tuple[str, ...]
    obsolete: tuple[str, ...]


def messages(package: Path = PACKAGE) -> Mapping[str, tuple[str, ...]]:
    """Every text of the interface with the files that say it, in the order of files and lines."""
    found: dict[str, list[str]] = {}
    for file, _line, text in sorted(_extracted(package)):
        files = found.setdefault(text, [])
        if file not in files:
            files.append(file)
    return {text: tuple(files) for text, files in found.items()}


def _extracted(package: Path) -> Iterator[tuple[str, int, str]]:
    for file, line, said, _comments, context in extract_from_dir(
        package,
        method_map=_METHODS,
        options_map=_OPTIONS,
        keywords=_KEYWORDS,
        directory_filter=lambda _path: True,  # by default folders like _layout are passed over
    ):
        # The application asks for the singular and the plural each by itself.
        for text in (said,) if isinstance(said, str) else said:
            yield f"{package.name}/{Path(file).as_posix()}", line, _key(text, context)


def _key(text: str, context: str | None) -> str:
    return f"{context}{_CONTEXT}{text}" if context else text


def _key_of(message: Message) -> str:
    return _key(str(message.id), message.context)


def read(locale: str) -> Catalog:
    """The catalogue as it is written; an empty one where there is none yet."""
    file = path(locale)
    return read_po(io.BytesIO(file.read_bytes() if file.exists() else b""), locale=locale)


def path(locale: str) -> Path:
    """Where the catalogue of a language stands."""
    return CATALOGUES / locale / "LC_MESSAGES" / "panel.po"


def translations(catalogue: Catalog) -> Mapping[str, str]:
    """The texts that have a translation, with it; what a tool only guessed (fuzzy) is none."""
    return {
        _key_of(each): str(each.string) for each in catalogue if each.id and each.string and not each.fuzzy
    }


def written(locale: str, texts: Mapping[str, tuple[str, ...]], known: Mapping[str, str]) -> str:
    """The catalogue of these texts, with the translations that are known, as its file holds it."""
    catalogue = Catalog(locale=locale)
    for key, files in texts.items():
        context, _mark, text = key.rpartition(_CONTEXT)
        places = [(file, 0) for file in files]
        catalogue.add(text, known.get(key, ""), locations=places, context=context or None)
    body = io.BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, include_lineno=False)
    # Braces and per cents are checked by a test on both sides; the marks for them would only be noise.
    lines = (line for line in body.getvalue().decode().splitlines() if not line.startswith("#,"))
    return _HEADER.format(locale=locale) + "\n".join(lines).strip() + "\n"


def compare(texts: Mapping[str, tuple[str, ...]], catalogue: Catalog) -> Changes:
    """What the texts and a catalogue do not have in common."""
    known = translations(catalogue)
    return Changes(
        missing=tuple(text for text in texts if text not in known),
        obsolete=tuple(_key_of(each) for each in catalogue if each.id and _key_of(each) not in texts),
    )


def update(locale: str) -> Changes:
    """Bring one catalogue in step with the texts."""
    texts, catalogue = messages(), read(locale)
    path(locale).parent.mkdir(parents=True, exist_ok=True)
    path(locale).write_text(written(locale, texts, translations(catalogue)), encoding="utf-8")
    return compare(texts, catalogue)


def main() -> int:
    """Update every catalogue and name what has to be translated; exit 1 while something has."""
    open_ = 0
    for locale in OTHERS:
        changes = update(locale)
        for text in changes.obsolete:
            sys.stdout.write(f"{locale}: dropped  {text.replace(_CONTEXT, ': ')}\n")
        for text in changes.missing:
            sys.stdout.write(f"{locale}: to translate  {text.replace(_CONTEXT, ': ')}\n")
        open_ += len(changes.missing)
    return 1 if open_ else 0


if __name__ == "__main__":
    sys.exit(main())
