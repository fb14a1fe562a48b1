"""What anybody may ask for."""

from panel.web.public import health, log

BLUEPRINTS = (health.blueprint, log.blueprint)
