"""The secretary's desk: one afternoon, one round."""

from panel.web.secretary import applications, imports, results, rounds

BLUEPRINTS = (rounds.blueprint, imports.blueprint, applications.blueprint, results.blueprint)
