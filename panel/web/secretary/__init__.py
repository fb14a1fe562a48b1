"""The secretary's desk: one afternoon, one round."""

from panel.web.secretary import rounds

BLUEPRINTS = (rounds.blueprint,)
