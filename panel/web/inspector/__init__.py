"""The inspector's view: everything, live, and nothing to write."""

from panel.web.inspector import (
    analyses,
    applications,
    bundle,
    log,
    panelists,
    progress,
    results,
    rounds,
    verify,
)

BLUEPRINTS = (
    applications.blueprint,
    bundle.blueprint,
    log.blueprint,
    panelists.blueprint,
    progress.blueprint,
    results.blueprint,
    analyses.blueprint,
    rounds.blueprint,
    verify.blueprint,
)
