"""Addresses of styles, scripts and icons that change with their content: browsers may keep them for good."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from flask import Blueprint, Flask, Response, request, send_file, url_for

from panel.errors import NotFound
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


BUNDLES = {
    "expert.css": (
        "css/tokens.css",
        "css/base.css",
        "css/components.css",
        "css/screens.css",
        "css/expert.css",
        "css/material.css",
        "css/lock.css",
    ),
    "expert.js": ("js/vault.js", "js/doorstep.js", "js/save_state.js", "js/device.js", "js/outbox.js"),
    "sheet.js": (
        "js/lock.js",
        "js/panes.js",
        "js/sheet.js",
        "js/choice.js",
        "js/material.js",
        "js/vault.js",
        "js/doorstep.js",
        "js/save_state.js",
        "js/device.js",
        "js/outbox.js",
    ),
    "sealed.js": ("js/lock.js", "js/panes.js", "js/material.js"),
}
"""What a tablet on a bad network fetches at once instead of file by file, in this order."""
_COMMENTS = {"css": re.compile(r"/\*.*?\*/", re.DOTALL), "js": re.compile(r"^\s*//.*$", re.MULTILINE)}


@cache
def bundled(name: str) -> str:
    """The files of a bundle in one, without comments and indents; each script keeps its names to itself."""
    kind = name.rpartition(".")[2]
    parts = [_COMMENTS[kind].sub("", (STATIC / part).read_text(encoding="utf-8")) for part in BUNDLES[name]]
    lean = ["\n".join(filter(None, map(str.strip, part.splitlines()))) for part in parts]
    return "\n".join(f"{{\n{part}\n}}" for part in lean) if kind == "js" else "\n".join(lean)


def bundle(name: str) -> str:
    """The address of a bundle."""
    digest = hashlib.sha256(bundled(name).encode()).hexdigest()[:12]
    return url_for("assets.bundle_file", name=name, v=digest)


@blueprint.get("/bundles/<name>")
@public
def bundle_file(name: str) -> Response:
    """Several files of ours as one."""
    if name not in BUNDLES:
        raise NotFound("no such bundle")
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    answer = Response(bundled(name), mimetype=kind)
    answer.cache_control.public, answer.cache_control.max_age = True, _FOREVER
    return answer


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
    app.jinja_env.globals["bundle"] = bundle
