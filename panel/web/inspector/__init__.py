"""The inspector's view: everything, live, and nothing to write."""

from panel.web.inspector import log

BLUEPRINTS = (log.blueprint,)
