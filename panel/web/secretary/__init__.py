"""The secretary's desk: one afternoon, one round."""

from panel.web.secretary import (
    analyses,
    applications,
    conflicts,
    devices,
    experts,
    imports,
    panel,
    progress,
    results,
    rounds,
    signatures,
)

BLUEPRINTS = (
    rounds.blueprint,
    imports.blueprint,
    applications.blueprint,
    results.blueprint,
    analyses.blueprint,
    experts.blueprint,
    panel.blueprint,
    conflicts.blueprint,
    devices.blueprint,
    signatures.blueprint,
    progress.blueprint,
)
