"""The inspector's view: everything, live, and nothing to write."""

from panel.web.inspector import (
    analyses,
    applications,
    bundle,
    flags,
    log,
    panelists,
    presence,
    progress,
    report,
    results,
    rounds,
    signatures,
    stream,
    verify,
)

BLUEPRINTS = (
    analyses.blueprint,
    applications.blueprint,
    bundle.blueprint,
    flags.blueprint,
    log.blueprint,
    panelists.blueprint,
    presence.blueprint,
    progress.blueprint,
    report.blueprint,
    results.blueprint,
    rounds.blueprint,
    signatures.blueprint,
    stream.blueprint,
    verify.blueprint,
)
