"""The review of one page (盲评审查): its picture, the boxes over it, and what the secretary says of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from panel.errors import InvalidInput, NotFound, Problem
from panel.language import _
from panel.queries import materials as register
from panel.queries.materials import FileView, PageView
from panel.rules.identities import IdentityKind
from panel.rules.permissions import Action
from panel.rules.redactions import MOST_BOXES, UNITS, Box, Suggestion
from panel.services import materials, redactions
from panel.services.redactions import Proposal
from panel.web import current, forms
from panel.web.access import allow
from panel.web.secretary import desk

blueprint = Blueprint(
    "secretary_redactions", __name__, url_prefix="/secretary/rounds/<code>/materials/<int:material>"
)

Page = str | Answer | tuple[str, int]

_EDGES = ("left", "top", "width", "height")
_PER_CENT = UNITS // 100


@dataclass(frozen=True, slots=True)
class Row:
    """One box of the form: where it is, whether it is burned in, and the word that lies under it."""

    box: Box
    kept: bool
    word: str = ""
    kind: IdentityKind | None = None
    near: bool = False

    @property
    def percents(self) -> dict[str, str]:
        """Left and top edge, width and height in per cent of the page."""
        left, top, right, bottom = self.box.edges
        values = (left, top, right - left, bottom - top)
        return {name: f"{value / _PER_CENT:g}" for name, value in zip(_EDGES, values, strict=True)}


@blueprint.get("/pages/<int:page>")
@allow(Action.SEE_MATERIAL)
def show(code: str, material: int, page: int) -> str:
    """One page with its boxes."""
    return _page(material, page, None, ())


@blueprint.get("/pages/<int:page>/image")
@allow(Action.SEE_MATERIAL)
def image(code: str, material: int, page: int) -> Response:
    """The page as it was handed in."""
    round_id = current.round_().id
    current.close_reader()
    return Response(materials.image(current.office(), round_id, material, page), mimetype="image/webp")


@blueprint.post("/pages/<int:page>")
@allow(Action.REVIEW_MATERIAL)
def confirm(code: str, material: int, page: int) -> Page:
    """Put the page on record as looked at, with these boxes; then on to the next that waits."""
    rows: list[Row] = []
    try:
        version = forms.number("version", _("版本"))
        rows = _sent()
        current.close_reader()
        boxes = tuple(row.box for row in rows if row.kept)
        redactions.review(current.office(), current.actor(), code, material, page, boxes, version=version)
    except InvalidInput as refusal:
        return _page(material, page, rows, refusal.problems), 422
    flash(_("第 {page} 页已确认，遮盖 {count} 处。").format(page=page, count=len(boxes)), "success")
    return redirect(_next(code, _file(material), page), 303)


@blueprint.post("/confirm")
@allow(Action.REVIEW_MATERIAL)
def confirm_rest(code: str, material: int) -> Page:
    """Confirm, as proposed, all pages whose text could be searched."""
    current.close_reader()
    count = redactions.review_rest(current.office(), current.actor(), code, material)
    flash(_("已按建议确认 {count} 页。").format(count=count), "success")
    file = _file(material)
    return redirect(url_for("secretary_materials.one", code=code, number=file.application), 303)


def _file(material: int) -> FileView:
    round_id = current.round_().id
    found = register.one(current.reader(), round_id, material)
    if found is None:
        raise NotFound("no such file in this round")
    several = register.of_number(current.reader(), desk.policy(), round_id, found[1].number)
    return next(file for file in several if file.id == material)


def _next(code: str, file: FileView, page: int) -> str:
    """The next page that waits, from this one on; the application when none does."""
    numbers = [waiting.number for waiting in file.waiting]
    later = next((number for number in numbers if number > page), next(iter(numbers), None))
    if later is None:
        return url_for("secretary_materials.one", code=code, number=file.application)
    return url_for("secretary_redactions.show", code=code, material=file.id, page=later)


def _page(material: int, number: int, rows: list[Row] | None, problems: tuple[Problem, ...]) -> str:
    current.close_reader()
    file, policy = _file(material), desk.policy()
    page = next((page for page in file.pages if page.number == number), None)
    if page is None:
        raise NotFound("no such page")
    lines = register.lines(current.reader(), policy, current.round_().id)
    line = next(line for line in lines if line.number == file.application)
    found = redactions.proposal(current.office(), current.round_().id, material)
    return desk.page(
        "secretary/material_page.html",
        file=file,
        page=page,
        line=line,
        rows=_rows(page, found) if rows is None else rows,
        problems=[{"field": "", "message": forms.said(problem)} for problem in problems],
        edges=_EDGES,
        units=UNITS,
    )


def _rows(page: PageView, found: Proposal) -> list[Row]:
    """The boxes of the last review, and what was found besides: to be hidden unless somebody let it be."""
    suggested = [(box, suggestion) for suggestion in found.pages[page.number] for box in suggestion.boxes]
    reviewed = page.review.boxes if page.review else ()
    settled = page.review is not None and page.review.current
    words = dict(suggested)
    rows = [_row(box, True, words) for box in reviewed]
    rows += [
        _row(box, not settled, words)
        for box, _suggestion in suggested
        if not any(other.covers(box) for other in reviewed)
    ]
    return rows


def _row(box: Box, kept: bool, words: dict[Box, Suggestion]) -> Row:
    found = words.get(box)
    return Row(box, kept, found.word, found.kind, found.near) if found else Row(box, kept)


def _sent() -> list[Row]:
    """The boxes of the form; a row without any figure is the empty one for another box."""
    rows = []
    for index in range(MOST_BOXES * 2):
        typed = [request.form.get(f"{edge}-{index}", "").strip() for edge in _EDGES]
        if any(typed):
            rows.append(Row(_box(typed), forms.ticked(f"keep-{index}")))
    return rows


def _box(typed: list[str]) -> Box:
    try:
        left, top, width, height = (int(Decimal(text) * _PER_CENT) for text in typed)
    except (InvalidOperation, ValueError, OverflowError):
        raise InvalidInput(
            Problem(_("遮盖"), " ".join(typed)[:40], _("请填写 0 至 100 之间的数。"))
        ) from None
    return Box(left, top, left + width, top + height)
