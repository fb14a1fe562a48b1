"""Pages of material as their experts may see them: of a coded track only what was reviewed, and no names."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from panel import tables
from panel.queries import materials
from panel.rules.applications import Material
from panel.rules.criteria import Policy
from panel.rules.redactions import Box


@dataclass(frozen=True, slots=True)
class Sheaf:
    """One file as an expert may know it: `title` is what its maker called it, in a named track only."""

    place: int
    material: Material | None
    title: str
    pages: tuple[tuple[int, int, int], ...]
    """Number, width and height of each page."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page to be shown: where its image lies, and what is burned into it."""

    file: int
    digest: str
    number: int
    boxes: tuple[Box, ...]
    version: int
    """Of the review; 0 in a named track, which needs none."""


def papers(session: Session, row: tables.Application, policy: Policy) -> tuple[Sheaf, ...]:
    """The files of an application with the pages that may be shown; files without any are left out."""
    coded = materials.is_coded(policy, row)
    found = []
    for file in materials.of_application(session, row, policy):
        pages = tuple(
            (page.number, page.width, page.height) for page in file.pages if not (coded and page.waiting)
        )
        if pages:
            found.append(Sheaf(file.place, file.material, "" if coded else file.title, pages))
    return tuple(found)


def leaf(session: Session, row: tables.Application, policy: Policy, place: int, number: int) -> Leaf | None:
    """One page of an application, if it may be shown."""
    coded = materials.is_coded(policy, row)
    files = materials.of_application(session, row, policy)
    file = next((file for file in files if file.place == place), None)
    if file is None or number > len(file.pages) or number < 1:
        return None
    review = file.pages[number - 1].review
    if not coded:
        return Leaf(file.id, file.digest, number, (), 0)
    if review is None or not review.current:
        return None
    return Leaf(file.id, file.digest, number, review.boxes, review.version)
