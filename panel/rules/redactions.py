"""Black boxes over what tells who applies: where they are proposed, and what a box is.

Places are ten-thousandths of a page's width and height, so that a box fits the page image of any size. Words
are sought in the text layer, exactly as `identities` knows them and, for names of some length, with a
character or two written differently; what a picture shows, only a person can find.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from panel.rules.applications import Application, Studio
from panel.rules.identities import Folded, IdentityKind, folded, hits, names_of

UNITS = 10_000
MOST_BOXES = 200
SMALLEST = 20
"""A box is at least so wide and high: smaller ones hide nothing and come from a slip of the hand."""

_NEAR = ((8, 2), (4, 1))
"""How many characters may differ in a name of at least so many."""
_LIKELY = frozenset(
    {
        IdentityKind.UNIT,
        IdentityKind.UNIT_SHORT,
        IdentityKind.BRANCH,
        IdentityKind.PARENT,
        IdentityKind.STUDIO,
        IdentityKind.ADDRESS,
        IdentityKind.CREDIT_CODE,
    }
)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, from its left and top edge to its right and bottom one."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def edges(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom."""
        return self.left, self.top, self.right, self.bottom

    @property
    def sound(self) -> bool:
        """Whether it lies on the page and hides something."""
        across = self.left >= 0 and self.right <= UNITS and self.right - self.left >= SMALLEST
        return across and self.top >= 0 and self.bottom <= UNITS and self.bottom - self.top >= SMALLEST

    def covers(self, other: Box) -> bool:
        """Whether nothing of `other` looks out."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word found on a page, why it may tell who applies, and the boxes that hide it, one for each line."""

    word: str
    kind: IdentityKind
    near: bool
    boxes: tuple[Box, ...]


def suggestions(
    application: Application, studio: Studio | None, text: str, places: Sequence[Box | None]
) -> tuple[Suggestion, ...]:
    """Every word of a page's text that tells who applies, with the place where it stands."""
    exact = hits(application, {"page": text}, studio=studio)
    found = [(hit.start, hit.end, hit.kind, False) for hit in exact]
    taken = {at for start, end, *_rest in found for at in range(start, end)}
    for start, end, kind in near(text, names_of(application, studio)):
        if taken.isdisjoint(range(start, end)):
            found.append((start, end, kind, True))
            taken.update(range(start, end))
    return tuple(
        Suggestion(text[start:end], kind, likely, boxes)
        for start, end, kind, likely in sorted(found)
        if (boxes := lines(places[start:end]))
    )


def told(application: Application, studio: Studio | None, texts: Iterable[str]) -> tuple[str, ...]:
    """The words in these texts (a title, what lies behind the pages) that tell who applies, each once."""
    several = {str(number): text for number, text in enumerate(texts)}
    return tuple(dict.fromkeys(hit.word for hit in hits(application, several, studio=studio)))


def near(text: str, names: Iterable[tuple[str, IdentityKind]]) -> Iterator[tuple[int, int, IdentityKind]]:
    """Where a name of some length stands with a character or two that differ; the best place of each run."""
    page = folded(text)
    for name, kind in names:
        allowed = next((differ for least, differ in _NEAR if len(name) >= least), 0)
        if kind in _LIKELY and allowed:
            for start in _places_like(page, name, allowed):
                yield *page.span(start, start + len(name)), kind


def _places_like(page: Folded, name: str, allowed: int) -> Iterator[int]:
    size, best, at = len(name), allowed + 1, -1
    for start in range(len(page.text) - size + 1):
        if at >= 0 and start >= at + size:
            yield at
            best, at = allowed + 1, -1
        window = page.text[start : start + size]
        if len(frozenset(window) & frozenset(name)) < len(frozenset(name)) - allowed:
            continue
        distance = Levenshtein.distance(name, window, score_cutoff=allowed)
        if distance < best:
            best, at = distance, start
    if at >= 0:
        yield at


def lines(places: Iterable[Box | None]) -> tuple[Box, ...]:
    """The boxes over characters, one for each line they stand on, with a little air around."""
    found: list[Box] = []
    for place in places:
        if place is None:
            continue
        if found and _same_line(found[-1], place):
            last = found[-1]
            found[-1] = Box(
                min(last.left, place.left),
                min(last.top, place.top),
                max(last.right, place.right),
                max(last.bottom, place.bottom),
            )
        else:
            found.append(place)
    return tuple(_aired(box) for box in found)


def _same_line(line: Box, place: Box) -> bool:
    """Whether a character goes on in the line: they overlap in height, and it stands no far jump away."""
    overlap = min(line.bottom, place.bottom) - max(line.top, place.top)
    height = min(line.bottom - line.top, place.bottom - place.top)
    return overlap * 2 >= height and line.left - 150 <= place.left <= line.right + 600


def _aired(box: Box) -> Box:
    air = max(20, (box.bottom - box.top) // 5)
    return Box(
        max(0, box.left - air),
        max(0, box.top - air),
        min(UNITS, box.right + air),
        min(UNITS, box.bottom + air),
    )
