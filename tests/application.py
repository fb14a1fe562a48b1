"""The application for tests: put together once a process, then given one office after another.

To register every address costs more than most tests do with them.
"""

from __future__ import annotations

from flask import Flask

from panel.app import create_app
from panel.services.office import Office
from panel.web import current

_made: dict[tuple[bool, int], Flask] = {}


def application(office: Office) -> Flask:
    """The application over `office`, and over no other from now on; nothing may be added to it."""
    settings = office.settings
    kind = settings.secure_cookies, settings.proxies
    if kind not in _made:
        _made[kind] = create_app(office)
    app = _made[kind]
    app.extensions[current.EXTENSION] = office
    app.config["SECRET_KEY"] = settings.secret_key.get_secret_value()
    return app
