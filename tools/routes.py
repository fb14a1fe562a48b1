"""Writes tests/web/routes.txt, so that a new address is seen in review: `python -m tools.routes`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Flask

from panel import config
from panel.app import create_app
from panel.services.openings import open_office
from panel.web.access import declared

FILE = Path(__file__).parents[1] / "tests" / "web" / "routes.txt"


def page(app: Flask) -> str:
    """One line an address and method: what is asked for, by which view, with which declared permission."""
    lines = sorted(
        (rule.rule, method, rule.endpoint, declared(app, rule.endpoint))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    )
    return "".join(f"{method:6} {rule}  {endpoint}  {what}\n" for rule, method, endpoint, what in lines)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        office = open_office(config.create(Path(home) / "home"))
        FILE.write_text(page(create_app(office)), encoding="utf-8")
        office.engine.dispose()
