"""The inspector's report (监督报告), drafted anew from the trail whenever it is asked for."""

from __future__ import annotations

import io

from flask import Blueprint, Response, send_file

from panel.documents.inspections import WORD
from panel.rules.permissions import Action
from panel.services import inspections
from panel.web import current
from panel.web.access import allow

blueprint = Blueprint("inspector_report", __name__, url_prefix="/inspector/rounds/<code>/report")


@blueprint.get("")
@allow(Action.WATCH)
def download(code: str) -> Response:
    """The draft as a Word document; its digest goes on record."""
    drafted = inspections.draft(current.office(), current.actor(), code)
    return send_file(io.BytesIO(drafted.data), mimetype=WORD, as_attachment=True, download_name=drafted.name)
