"""The bundle (留痕包) to take away, and proofs between any two lengths of the trail."""

from __future__ import annotations

import tempfile
from typing import Any

from flask import Blueprint, Response, request, send_file

from panel.errors import NotFound
from panel.queries import trail
from panel.rules.permissions import Action
from panel.services import bundles, verifiers
from panel.web import current, forms
from panel.web.access import allow

blueprint = Blueprint("inspector_bundle", __name__, url_prefix="/inspector")

_IN_MEMORY = 8 << 20


@blueprint.get("/bundle")
@allow(Action.EXPORT_BUNDLE)
def download() -> Response:
    """The whole bundle; its digest goes on record."""
    out = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed with the answer
    bundles.export(current.office(), current.actor(), out)
    return send_file(out, mimetype="application/zip", as_attachment=True, download_name="bundle.zip")


@blueprint.get("/verifiers/<name>")
@allow(Action.WATCH)
def verifier(name: str) -> Response:
    """An offline verifier, always as a file to keep: never a page that is opened here."""
    found = verifiers.verifier(name)
    answer = Response(found.content, mimetype="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=found.name)
    return answer


@blueprint.get("/proofs/inclusion")
@allow(Action.WATCH)
def inclusion() -> dict[str, Any]:
    """The proof that an entry stood in the trail when it was so long."""
    index, size = _whole("index"), _whole("size")
    return {"index": index, "size": size, "proof": trail.inclusion(current.reader(), index, size)}


@blueprint.get("/proofs/consistency")
@allow(Action.WATCH)
def consistency() -> dict[str, Any]:
    """The proof that the trail of one length begins with that of another."""
    old, new = _whole("from"), _whole("to")
    return {"from": old, "to": new, "proof": trail.consistency(current.reader(), old, new)}


def _whole(name: str) -> int:
    number: int | None = request.args.get(name, type=forms.whole)
    if number is None:
        raise NotFound(f"no {name}")
    return number
