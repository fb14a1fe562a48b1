"""What anybody may ask for."""

from panel.web.public import health, log, receipts

BLUEPRINTS = (health.blueprint, log.blueprint, receipts.blueprint)
