"""The one-page guide for experts: on a screen or on one sheet of A4, also before anybody signs in."""

from __future__ import annotations

from flask import Blueprint, render_template

from panel.web.access import public

blueprint = Blueprint("public_guide", __name__)


@blueprint.get("/guide")
@public
def show() -> str:
    """The guide, with pictures that `python -m tools.guide` takes from the running program."""
    return render_template("public/guide.html")
