"""Files of material (申报材料): their names, their kinds, and when a page wants a look."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from panel.rules.applications import Material

LONGEST_NAME = 120
LONGEST_TITLE = 60


class FileKind(StrEnum):
    """What may be handed in."""

    PDF = "pdf"
    JPG = "jpg"
    PNG = "png"

    @classmethod
    def of_ending(cls, ending: str) -> FileKind | None:
        """The kind that a file name's ending stands for."""
        plain = ending.lower().lstrip(".").replace("jpeg", "jpg")
        return cls(plain) if plain in set(cls) else None


class Look(StrEnum):
    """Why a person must look at a page before blind experts see it: nothing there can be searched."""

    NO_TEXT = "no_text"
    PICTURES = "pictures"


class NameFault(StrEnum):
    """What is wrong with a file's name."""

    TOO_LONG = "too_long"
    CONTROL = "control"
    ENDING = "ending"
    FORM = "form"


class MisnamedFile(ValueError):
    """The name does not follow the template."""

    def __init__(self, fault: NameFault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Named:
    """A file's name, read: the application it belongs to, what it is called, and its ending."""

    number: str
    title: str
    ending: str


def named(file_name: str) -> Named:
    """A name by the template 申报编号_材料名.ext, in any width and with any blanks around its parts."""
    stem, ending = titled(file_name)
    number, underline, title = stem.partition("_")
    if not (underline and number.strip() and title.strip()):
        raise MisnamedFile(NameFault.FORM)
    return Named(number.strip(), title.strip()[:LONGEST_TITLE], ending)


def titled(file_name: str) -> tuple[str, str]:
    """A file's name without its ending, and the ending, of whatever form."""
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in file_name):
        raise MisnamedFile(NameFault.CONTROL)
    plain = unicodedata.normalize("NFKC", file_name).strip()
    if len(plain) > LONGEST_NAME:
        raise MisnamedFile(NameFault.TOO_LONG)
    stem, _dot, ending = plain.rpartition(".")
    if not stem or FileKind.of_ending(ending) is None:
        raise MisnamedFile(NameFault.ENDING)
    return stem.strip(), ending


def matched(title: str, terms: Mapping[Material, str]) -> Material | None:
    """The paper that a title names: by its term, by the term without its bracket, or by its code."""
    wanted = _key(re.sub(r"[0-9]+$", "", title.strip())) or _key(title)
    for material, term in terms.items():
        if wanted in (_key(term), _key(re.sub(r"（.*?）", "", term)), _key(material.value)):
            return material
        if _key(title) == _key(material.value):
            return material
    return None


def _key(text: str) -> str:
    return re.sub(r"[\s_()（）-]+", "", unicodedata.normalize("NFKC", text)).casefold()
