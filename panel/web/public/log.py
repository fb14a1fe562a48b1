"""Checkpoints for anybody who keeps them (公开校验点): sizes, roots, signatures, no word of an entry."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from panel.errors import NotFound
from panel.services import cosignatures
from panel.web import current, forms
from panel.web.access import public

blueprint = Blueprint("public_log", __name__, url_prefix="/log")

_LINES = 2


@blueprint.get("/checkpoint")
@public
def checkpoint() -> Response:
    """The newest checkpoint."""
    return Response(cosignatures.newest(current.reader()), mimetype="text/plain")


@blueprint.get("/keys")
@public
def keys() -> list[dict[str, Any]]:
    """The keys that sign, each with its predecessor's word for it."""
    found = cosignatures.log_keys(current.reader())
    return [{"entry": e.index, "key": str(e.key), "how": e.how, "by": e.by, "sig": e.sig} for e in found]


@blueprint.get("/consistency")
@public
def consistency() -> dict[str, Any]:
    """The proof that one published checkpoint continues another."""
    old, new = (request.args.get(name, type=forms.whole) for name in ("from", "to"))
    if old is None or new is None:
        raise NotFound("two sizes are needed")
    return {"from": old, "to": new, "proof": cosignatures.consistency(current.reader(), old, new)}


@blueprint.post("/cosignature")
@public
def cosign() -> str:
    """Take a witness's signature line: its size on the first line, the line itself on the second."""
    lines = request.get_data(cache=False, as_text=True, parse_form_data=False)[:4096].splitlines()
    if len(lines) != _LINES or not lines[0].isdecimal() or len(lines[0]) > 15:
        raise NotFound("no cosignature")
    return "kept\n" if cosignatures.take(current.office(), int(lines[0]), lines[1]) else "known\n"
