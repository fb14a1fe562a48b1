"""The entry for WSGI servers: `gunicorn wsgi:app`; the environment names the installation (`PANEL_HOME`)."""

from panel.app import create_app
from panel.cli import pauses
from panel.cli.workers import Streaming

app = Streaming(create_app())
pauses.shorten()
