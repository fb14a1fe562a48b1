"""Putting the application together, and refusing to start when something is missing."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from flask import Flask, Response, g, request, session, url_for
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix

from panel import config, language
from panel.documents import archives
from panel.documents.workbooks import LIMITS
from panel.rules.permissions import Role
from panel.sentences import endings
from panel.services.office import Office
from panel.services.openings import open_office
from panel.vocabulary import term
from panel.web import (
    access,
    account,
    admin,
    assets,
    compression,
    cookies,
    current,
    errors,
    expert,
    formats,
    inspector,
    operations,
    public,
    secretary,
    tongues,
)

AUDIENCES = (account, admin, expert, inspector, public, secretary)
LARGE = {"secretary_materials.upload": archives.LIMITS.file_bytes}
"""What may be larger than a workbook."""
ASSETS = ("static", "assets.htmx", "assets.bundle_file", "expert_outbox.worker")

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create_app(office: Office | None = None) -> Flask:
    """The application for `office`; without one, for the installation that the environment names."""
    office = office or open_office(config.load())
    app = Flask("panel", root_path=str(Path(__file__).parent))
    app.config.update(
        SECRET_KEY=office.settings.secret_key.get_secret_value(),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=office.settings.secure_cookies,
        SESSION_COOKIE_NAME="panel",
        MAX_CONTENT_LENGTH=LIMITS.file_bytes + 64 * 1024,
        # A page may lie open on a tablet for hours; the token lives as long as the session.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.extensions[current.EXTENSION] = office
    app.wsgi_app = _behind(app, office.settings.proxies)  # type: ignore[method-assign]
    app.before_request(_begin)
    _speak(app)
    forgery = CSRFProtect(app)
    # No browser and no cookie is behind it: the witness's signature is what it is taken by.
    forgery.exempt("panel.web.public.log.cosign")
    operations.install()
    for part in (cookies, access, errors, assets, compression, tongues, current, formats):
        part.install(app)
    for audience in AUDIENCES:
        for blueprint in audience.BLUEPRINTS:
            app.register_blueprint(blueprint)
    app.after_request(_protect)
    access.refuse_undeclared(app)
    return app


def _behind(app: Flask, proxies: int) -> Callable[..., Iterable[bytes]]:
    """Trust the addresses that so many reverse proxies of our own report, and nobody else's."""
    return ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies) if proxies else app.wsgi_app


def _begin() -> None:
    g.request_id = secrets.token_hex(8)
    if request.endpoint in LARGE:
        request.max_content_length = LARGE[request.endpoint] + 64 * 1024
    # The session must not be asked for an asset: a browser would keep it only until the next cookie.
    if request.endpoint not in ASSETS:
        language.use(session.get("locale", language.SOURCE))


def _speak(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        language._, _plural, newstyle=True, pgettext=language.pgettext
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_context)


def _plural(one: str, many: str, count: int) -> str:
    return language._(one if count == 1 else many)


def _together(*sentences: str) -> Markup:
    """Whole sentences one after the other in a template: what was escaped already is not escaped again."""
    between = Markup(" ") if language.between() else Markup("")
    return between.join(filter(None, sentences))


def _context() -> dict[str, object]:
    viewer = current.viewer()
    return {
        "locale": language.current(),
        "viewer": None
        if viewer is None
        else {
            "name": viewer.name,
            "role": viewer.role,
            "role_term": term(viewer.role),
            "login": viewer.login,
            "pin": viewer.pin,
            "locked": viewer.locked,
        },
        "viewer_links": _links(viewer.role if viewer else None),
        "lock_minutes": current.office().policy.idle_lock_minutes,
        "endings": endings,
        "htmx_url": assets.htmx_url(),
        "term": term,
        "together": _together,
        "Role": Role,
    }


def _links(role: Role | None) -> list[dict[str, str]]:
    """What stands in the menu of whoever is signed in."""
    links = [{"href": url_for("account.password_form"), "text": language._("修改密码")}]
    if role is Role.EXPERT:
        links.append({"href": url_for("public_guide.show"), "text": language._("专家使用指南")})
    return links


def _protect(response: Response) -> Response:
    response.headers.update(_HEADERS)
    if request.endpoint not in ASSETS:
        response.headers["Cache-Control"] = "no-store"
    return response
