"""The opened result (评审结果) under inspection: the page that the secretary sees, without its buttons."""

from __future__ import annotations

import io

from flask import Blueprint, Response, send_file

from panel.errors import NotFound
from panel.queries import results
from panel.rules.permissions import Action
from panel.services import exports, rankings
from panel.web import current
from panel.web.access import allow
from panel.web.inspector import desk

blueprint = Blueprint("inspector_results", __name__, url_prefix="/inspector/rounds/<code>/result")


@blueprint.get("")
@allow(Action.SEE_RESULT)
def show(code: str) -> str:
    """The newest result; that somebody looked at it is noted once a session."""
    rankings.looked_at(current.office(), current.actor(), code)
    view = results.of_round(current.reader(), desk.policy(), code)
    if view is None:
        raise NotFound("no result yet")
    return desk.page("inspector/result.html", view=view)


@blueprint.get("/workbook")
@allow(Action.EXPORT_RESULT)
def workbook(code: str) -> Response:
    """The result workbook; its digest goes on record."""
    exported = exports.result(current.office(), current.actor(), code)
    return send_file(
        io.BytesIO(exported.data), mimetype=exports.XLSX, as_attachment=True, download_name=exported.name
    )
