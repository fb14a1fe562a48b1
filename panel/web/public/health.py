"""Whether the application answers: for a supervisor process, without a word about the round."""

from __future__ import annotations

from flask import Blueprint

from panel.web.access import public

blueprint = Blueprint("public_health", __name__)


@blueprint.get("/healthz")
@public
def health() -> str:
    """Alive."""
    return "ok"
