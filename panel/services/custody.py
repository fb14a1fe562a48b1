"""Custody of material (申报材料的保管): what stands on the shelf is what the trail says was taken over."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import Session

from panel.documents.shelves import Part, Shelf
from panel.language import N_, _
from panel.queries import custody
from panel.queries.decisions import Difference

_DAMAGED = {
    Part.ORIGINAL: N_("申报 {who} 的材料（文件 {file}）的原件不见了，或者已不是收入时的那一份"),
    Part.FACTS: N_("申报 {who} 的材料（文件 {file}）的文字和页面清单被改动过"),
    Part.IMAGE: N_("申报 {who} 的材料（文件 {file}）第 {page} 页的图像不见了，或者被换过"),
}


def faults(session: Session, shelf: Shelf) -> Iterator[Difference]:
    """Where rows, files and images differ from the trail: first the store, then the shelf, file by file."""
    yield from custody.faults(session)
    for kept in custody.kept(session):
        damage = shelf.damage(kept.digest, kept.facts)
        if damage is not None:
            part, page = damage
            what = _(_DAMAGED[part]).format(who=kept.application, file=kept.file, page=page)
            yield Difference(kept.index, what)
        elif kept.pages != _pages(shelf, kept.digest):
            what = _("申报 {who} 的材料（文件 {file}）的页面与读取时的不一致")
            yield Difference(kept.index, what.format(who=kept.application, file=kept.file))


def _pages(shelf: Shelf, digest: str) -> tuple[tuple[int, int, str], ...]:
    return tuple((page.width, page.height, page.look or "") for page in shelf.leaves(digest).pages)
