"""The inspector's view: everything, live, and nothing to write."""

from panel.web.inspector import applications, log, panel, results, rounds, verify

BLUEPRINTS = (
    applications.blueprint,
    log.blueprint,
    panel.blueprint,
    results.blueprint,
    rounds.blueprint,
    verify.blueprint,
)
