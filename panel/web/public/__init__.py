"""What anybody may ask for."""

from panel.web.public import health

BLUEPRINTS = (health.blueprint,)
