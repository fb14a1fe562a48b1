"""What anybody may ask for."""

from panel.web.public import guide, health, log, receipts

BLUEPRINTS = (guide.blueprint, health.blueprint, log.blueprint, receipts.blueprint)
