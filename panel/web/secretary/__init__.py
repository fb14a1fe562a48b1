"""The secretary's desk: one afternoon, one round."""

from panel.web.secretary import (
    analyses,
    applications,
    conflicts,
    experts,
    imports,
    materials,
    panel,
    progress,
    redactions,
    results,
    rounds,
)

BLUEPRINTS = (
    rounds.blueprint,
    imports.blueprint,
    materials.blueprint,
    redactions.blueprint,
    applications.blueprint,
    results.blueprint,
    analyses.blueprint,
    experts.blueprint,
    panel.blueprint,
    conflicts.blueprint,
    progress.blueprint,
)
