"""The inspector's view: everything, live, and nothing to write."""

from panel.web.inspector import applications, log, panelists, progress, results, rounds, verify

BLUEPRINTS = (
    applications.blueprint,
    log.blueprint,
    panelists.blueprint,
    progress.blueprint,
    results.blueprint,
    rounds.blueprint,
    verify.blueprint,
)
