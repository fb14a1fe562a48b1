"""Addresses of styles, scripts and icons that change with their content: browsers may keep them for good."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from flask import Blueprint, Flask, Response, request, send_file, url_for

from panel.web.access import public

blueprint = Blueprint("assets", __name__)

STATIC = Path(__file__).parents[1] / "static"
_FOREVER = 365 * 24 * 3600


@cache
def htmx_file() -> Path:
    """htmx as the installed wheel ships it; nothing of it is imported."""
    return Path(str(distribution("django-htmx").locate_file("django_htmx/static/django_htmx/htmx-2.min.js")))


@cache
def _version(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a file of ours."""
    return _address(request.script_root, name)


@cache
def _address(_root: str, name: str) -> str:
    return url_for("static", filename=name, v=_version(STATIC / name))


def htmx_url() -> str:
    """The address of htmx."""
    return url_for("assets.htmx", v=_version(htmx_file()))


@blueprint.get("/htmx.js")
@public
def htmx() -> Response:
    """The htmx library."""
    return send_file(htmx_file(), mimetype="text/javascript", max_age=_FOREVER)


def install(app: Flask) -> None:
    """Serve assets and give templates their addresses."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _FOREVER
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = asset
