"""Applications (申报) under inspection; who applies shows from the first verdict on."""

from __future__ import annotations

from flask import Blueprint

from panel.errors import NotFound
from panel.queries import dossiers
from panel.rules.applications import Track
from panel.rules.permissions import Action
from panel.services import watching
from panel.web import current
from panel.web.access import allow
from panel.web.inspector import desk

blueprint = Blueprint("inspector_applications", __name__, url_prefix="/inspector/rounds/<code>/applications")


@blueprint.get("")
@allow(Action.SEE_APPLICATIONS)
def index(code: str) -> str:
    """Every application of the round with its verdict."""
    round_ = current.round_()
    watching.round_(current.office(), current.actor(), round_.id, code)
    lines = dossiers.lines(current.reader(), desk.policy(), round_.id, round_.closes_on)
    return desk.page("inspector/applications.html", lines=lines, Track=Track)


@blueprint.get("/<number>")
@allow(Action.SEE_APPLICATIONS)
def page(code: str, number: str) -> str:
    """One application: what was handed in, what was found, what was decided and why."""
    round_ = current.round_()
    dossier = dossiers.one(current.reader(), desk.policy(), round_.id, round_.closes_on, number)
    if dossier is None:
        raise NotFound("no such application")
    watching.application(current.office(), current.actor(), round_.id, number)
    return desk.page("inspector/application.html", dossier=dossier, policy=desk.policy())
