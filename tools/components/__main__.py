"""Show every component in every state: `python -m tools.components`, then open the address that it says.

The page belongs to this tool, not to the application: what is installed for production has neither its
address nor its template. Here it is added to an application that is otherwise whole, declared as
every other address.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import typer
import waitress
from flask import Blueprint, Flask, render_template

from panel import config
from panel.app import create_app
from panel.services.openings import open_office
from panel.web import access

ADDRESS = "/components"
PORT = 8000

blueprint = Blueprint("components", __name__, template_folder=str(Path(__file__).parent))


@blueprint.get(ADDRESS)
@access.public
def show() -> str:
    """All components."""
    return render_template("gallery.html")


def application(folder: Path) -> Flask:
    """An application with an empty store in that folder, and this page."""
    app = create_app(open_office(config.create(folder, secure_cookies=False)))
    app.register_blueprint(blueprint)
    access.refuse_undeclared(app)
    return app


def main() -> None:
    """Serve it until interrupted."""
    with tempfile.TemporaryDirectory() as folder:
        app = application(Path(folder, "home"))
        typer.echo(f"http://127.0.0.1:{PORT}{ADDRESS}")
        waitress.serve(app, host="127.0.0.1", port=PORT)


if __name__ == "__main__":
    main()
