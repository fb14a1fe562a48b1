"""Write the tables of `docs/glossary.md` from the vocabulary: `python -m tools.glossary`."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from panel.language import speaking
from panel.vocabulary import TERMS, term

GLOSSARY = Path(__file__).parents[1] / "docs" / "glossary.md"
MARK = "<!-- From here on written by tools/glossary.py. -->"


def tables() -> str:
    """One table for each closed vocabulary, in the order of the vocabulary."""
    return "\n".join(line for kind in TERMS for line in _table(kind))


def _table(kind: type[StrEnum]) -> Iterator[str]:
    meaning = (kind.__doc__ or "").strip().splitlines()[0]
    yield f"\n## {kind.__name__}\n\n{meaning}\n\n| code | 中文 | English |\n|---|---|---|"
    for member in kind:
        with speaking("zh_CN"):
            chinese = term(member)
        with speaking("en"):
            english = term(member)
        yield f"| `{member.value}` | {chinese} | {english} |"


def main() -> None:
    """Keep what people wrote above the mark, and write the tables below it."""
    head = GLOSSARY.read_text(encoding="utf-8").partition(MARK)[0]
    GLOSSARY.write_text(f"{head}{MARK}\n{tables()}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
