"""The secretary's desk: one afternoon, one round."""

from panel.web.secretary import (
    analyses,
    applications,
    conflicts,
    corrections,
    devices,
    experts,
    imports,
    materials,
    panel,
    progress,
    redactions,
    results,
    rounds,
    signatures,
)

BLUEPRINTS = (
    rounds.blueprint,
    imports.blueprint,
    materials.blueprint,
    redactions.blueprint,
    applications.blueprint,
    corrections.blueprint,
    results.blueprint,
    analyses.blueprint,
    experts.blueprint,
    panel.blueprint,
    conflicts.blueprint,
    devices.blueprint,
    signatures.blueprint,
    progress.blueprint,
)
