"""Workbooks (工作簿) at the secretary's desk: templates out, filled ones in, a preview, and taking over."""

from __future__ import annotations

import io

from flask import Blueprint, flash, redirect, request, send_file, url_for
from werkzeug.wrappers import Response

from panel.errors import InvalidInput, NotFound, Problem, RuleBroken
from panel.language import _
from panel.queries import imports as files
from panel.rules.applications import Track
from panel.rules.imports import ImportKind
from panel.rules.permissions import Action
from panel.services import imports, intakes
from panel.services.imports import Received
from panel.vocabulary import term
from panel.web import cards, current, forms
from panel.web.access import allow
from panel.web.secretary import desk

blueprint = Blueprint("secretary_imports", __name__, url_prefix="/secretary/rounds/<code>/imports")

Page = str | Response | tuple[str, int]

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 500
"""So many problems of one file are listed on the page."""


@blueprint.get("")
@allow(Action.IMPORT)
def index(code: str) -> str:
    """Templates, the two uploads, and what was handed in so far."""
    return _index(None)


@blueprint.get("/templates/<kind>.xlsx")
@allow(Action.IMPORT)
def template(code: str, kind: str) -> Response:
    """The empty workbook to be filled in."""
    wanted = _kind(kind)
    data = intakes.template(current.office(), wanted)
    name = _("{title}模板.xlsx").format(title=term(wanted))
    return send_file(io.BytesIO(data), mimetype=_XLSX, as_attachment=True, download_name=name)


@blueprint.post("/<kind>")
@allow(Action.IMPORT)
def upload(code: str, kind: str) -> Page:
    """Receive a filled workbook: a preview, or everything that is wrong with it."""
    wanted = _kind(kind)
    upload = request.files.get("workbook")
    current.close_reader()
    if upload is None or not upload.filename:
        return _index(Received(0, "", None, (Problem(term(wanted), "", _("请先选择文件。")),)), wanted), 422
    received = imports.receive(
        current.office(), current.actor(), code, wanted, upload.filename, upload.stream.read()
    )
    if received.problems:
        return _index(received, wanted), 422
    return redirect(url_for("secretary_imports.preview", code=code, file=received.import_id), 303)


@blueprint.get("/<int:file>")
@allow(Action.IMPORT)
def preview(code: str, file: int) -> Page:
    """What taking a waiting workbook over would do."""
    view = _view(file)
    if not view.pending:
        return redirect(url_for("secretary_imports.index", code=code), 303)
    try:
        found = imports.preview(current.office(), file)
    except RuleBroken as refusal:
        problem = Problem(view.file_name, "", refusal.message)
        return _index(Received(file, view.digest, None, (problem,)), view.kind), 409
    return desk.page("secretary/import.html", file=view, preview=found, Track=Track, ImportKind=ImportKind)


@blueprint.post("/<int:file>/apply")
@allow(Action.IMPORT)
def apply(code: str, file: int) -> Page:
    """Take a waiting workbook over, all rows or none."""
    view, codes = _view(file), forms.ticked("codes")
    current.close_reader()
    try:
        applied = imports.apply(current.office(), current.actor(), file, codes=codes)
    except InvalidInput as refusal:
        return _index(Received(file, view.digest, None, refusal.problems), view.kind), 422
    flash(_("已导入 {count} 行，全部写入并留痕。").format(count=applied.preview.rows), "success")
    if applied.codes:
        shown = cards.of(applied.codes, current.round_().title)
        return desk.page("secretary/cards.html", cards=shown, count=len(shown))
    if view.kind is ImportKind.APPLICATIONS:
        return redirect(url_for("secretary_applications.index", code=code), 303)
    return redirect(url_for("secretary_imports.index", code=code), 303)


@blueprint.post("/<int:file>/drop")
@allow(Action.DROP_IMPORT)
def drop(code: str, file: int) -> Response:
    """Forget a waiting workbook."""
    _view(file)
    current.close_reader()
    imports.drop(current.office(), current.actor(), file)
    flash(_("文件已放弃，没有导入任何内容。"), "info")
    there = "secretary_imports.index" if desk.can(Action.IMPORT) else "secretary_rounds.page"
    return redirect(url_for(there, code=code), 303)


def _kind(name: str) -> ImportKind:
    try:
        return ImportKind(name)
    except ValueError:
        raise NotFound("no such kind of workbook") from None


def _view(file: int) -> files.ImportView:
    view = files.one(current.reader(), current.round_().id, file)
    if view is None:
        raise NotFound("no such file in this round")
    return view


def _index(refused: Received | None, kind: ImportKind | None = None) -> str:
    current.close_reader()
    return desk.page(
        "secretary/imports.html",
        files=files.of_round(current.reader(), current.round_().id),
        refused=refused,
        refused_kind=kind,
        shown=SHOWN,
        ImportKind=ImportKind,
    )
