"""Who is signed in and how the trail stands, asked for again and again by the open page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, session

from panel.queries import presence
from panel.rules.permissions import Action
from panel.web import current
from panel.web.access import allow

blueprint = Blueprint("inspector_presence", __name__, url_prefix="/inspector/presence")


@blueprint.get("")
@allow(Action.WATCH)
def show() -> str:
    """The part of the page; an open page is nobody at work, so it prolongs no session."""
    session.modified = False
    return render_template("inspector/_presence.html", **context())


def context() -> dict[str, Any]:
    """What the part needs."""
    reader = current.reader()
    return {
        "standing": presence.standing(reader),
        "present": presence.present(reader, current.office().clock()),
    }
