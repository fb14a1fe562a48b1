"""Files of material (申报材料) at the secretary's desk: a ZIP or single files, a preview, what there is."""

from __future__ import annotations

import io

from flask import Blueprint, flash, redirect, request, send_file, url_for
from werkzeug.wrappers import Response

from panel.documents import archives, pages
from panel.errors import InvalidInput, NotFound, Problem
from panel.language import _
from panel.queries import materials as register
from panel.queries.materials import FileView, Line
from panel.rules.permissions import Action
from panel.rules.redactions import MOST_BOXES
from panel.services import materials, redactions
from panel.services.redactions import Proposal
from panel.web import current, forms
from panel.web.access import allow
from panel.web.secretary import desk

blueprint = Blueprint("secretary_materials", __name__, url_prefix="/secretary/rounds/<code>")

Page = str | Response | tuple[str, int]

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_REASON = 1000
SHOWN = 300
"""So many problems of one upload are listed on the page."""


@blueprint.get("/materials")
@allow(Action.SEE_MATERIAL)
def index(code: str) -> str:
    """The upload, what waits, and every application with its files."""
    return _index(())


@blueprint.get("/materials/names.xlsx")
@allow(Action.SEE_MATERIAL)
def names(code: str) -> Response:
    """The list of file names by the template."""
    data = materials.template(current.office(), code)
    return send_file(
        io.BytesIO(data), mimetype=_XLSX, as_attachment=True, download_name=_("材料文件命名.xlsx")
    )


@blueprint.post("/materials")
@allow(Action.UPLOAD_MATERIAL)
def upload(code: str) -> Page:
    """Receive a ZIP of many files: a preview, or everything that is wrong with it."""
    sent = request.files.get("archive")
    current.close_reader()
    if sent is None or not sent.filename:
        return _index((Problem(_("压缩包"), "", _("请先选择文件。")),)), 422
    received = materials.receive(current.office(), current.actor(), code, sent.filename, sent.stream.read())
    if received.problems:
        return _index(received.problems), 422
    return redirect(url_for("secretary_materials.preview", code=code, batch=received.batch_id), 303)


@blueprint.get("/materials/batches/<int:batch>")
@allow(Action.UPLOAD_MATERIAL)
def preview(code: str, batch: int) -> Page:
    """What taking a waiting upload over would do."""
    found = register.batch(current.reader(), current.round_().id, batch)
    if found is None:
        raise NotFound("no such upload in this round")
    view, files = found
    if not view.pending:
        return redirect(url_for("secretary_materials.index", code=code), 303)
    return desk.page("secretary/material_batch.html", batch=view, files=files)


@blueprint.post("/materials/batches/<int:batch>/apply")
@allow(Action.UPLOAD_MATERIAL)
def apply(code: str, batch: int) -> Page:
    """Take a waiting upload over, all files or none."""
    _own_batch(batch)
    current.close_reader()
    try:
        taken = materials.apply(current.office(), current.actor(), batch)
    except InvalidInput as refusal:
        return _index(refusal.problems), 422
    flash(_("已收入 {count} 份材料，全部留痕。").format(count=taken), "success")
    return redirect(url_for("secretary_materials.index", code=code), 303)


@blueprint.post("/materials/batches/<int:batch>/drop")
@allow(Action.DROP_IMPORT)
def drop(code: str, batch: int) -> Response:
    """Forget a waiting upload."""
    _own_batch(batch)
    current.close_reader()
    materials.drop(current.office(), current.actor(), batch)
    flash(_("已放弃这次上传，没有收入任何材料。"), "info")
    return redirect(url_for("secretary_materials.index", code=code), 303)


@blueprint.get("/applications/<number>/materials")
@allow(Action.SEE_MATERIAL)
def one(code: str, number: str) -> str:
    """The files of one application, what was found in them, and the upload of one more."""
    return _one(number, ())


@blueprint.post("/applications/<number>/materials")
@allow(Action.UPLOAD_MATERIAL)
def add(code: str, number: str) -> Page:
    """Take one file over."""
    _line(number)
    sent = request.files.get("file")
    title = forms.text("title", _("材料名"), required=False, most=60)
    current.close_reader()
    if sent is None or not sent.filename:
        return _one(number, (Problem(_("文件"), "", _("请先选择文件。")),)), 422
    data = sent.stream.read()
    added = materials.add(current.office(), current.actor(), code, number, sent.filename, data, title)
    if added.problems:
        return _one(number, added.problems), 422
    flash(_("材料已收入并留痕。"), "success")
    return redirect(url_for("secretary_materials.one", code=code, number=number), 303)


@blueprint.post("/materials/<int:material>/remove")
@allow(Action.UPLOAD_MATERIAL)
def remove(code: str, material: int) -> Page:
    """Take a file out again."""
    found = register.one(current.reader(), current.round_().id, material)
    if found is None:
        raise NotFound("no such file in this round")
    number = found[1].number
    current.close_reader()
    try:
        reason = forms.text("reason", _("理由"), most=MOST_REASON)
    except InvalidInput as refusal:
        return _one(number, refusal.problems), 422
    materials.remove(current.office(), current.actor(), code, material, reason)
    flash(_("材料已移除，留存备查。"), "info")
    return redirect(url_for("secretary_materials.one", code=code, number=number), 303)


def _own_batch(batch: int) -> None:
    if register.batch(current.reader(), current.round_().id, batch) is None:
        raise NotFound("no such upload in this round")


def _lines() -> list[Line]:
    return register.lines(current.reader(), desk.policy(), current.round_().id)


def _line(number: str) -> Line:
    found = next((line for line in _lines() if line.number == number), None)
    if found is None:
        raise NotFound("no such application")
    return found


def _index(problems: tuple[Problem, ...]) -> str:
    current.close_reader()
    lines, state = _lines(), request.args.get("state", "")
    return desk.page(
        "secretary/materials.html",
        lines=[line for line in lines if state != "waiting" or line.waiting],
        everything=lines,
        batches=register.batches(current.reader(), current.round_().id),
        state=state,
        problems=problems,
        shown=SHOWN,
        archive_limits=archives.LIMITS,
        page_limits=pages.LIMITS,
    )


def _one(number: str, problems: tuple[Problem, ...]) -> str:
    current.close_reader()
    line, round_ = _line(number), current.round_()
    files = _files(number)
    found: dict[int, Proposal] = {}
    if line.coded:
        found = {file.id: redactions.proposal(current.office(), round_.id, file.id) for file in files}
    return desk.page(
        "secretary/application_materials.html",
        line=line,
        files=files,
        found=found,
        problems=problems,
        page_limits=pages.LIMITS,
        most=MOST_BOXES,
    )


def _files(number: str) -> list[FileView]:
    return register.of_number(current.reader(), desk.policy(), current.round_().id, number)
