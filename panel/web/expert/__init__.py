"""An expert's whole world: the queue, the sheets, one's own scores."""

from panel.web.expert import conflicts, leaves, pledges, queue, scores, sheets, signing, steps

BLUEPRINTS = (
    queue.blueprint,
    pledges.blueprint,
    conflicts.blueprint,
    sheets.blueprint,
    signing.blueprint,
    leaves.blueprint,
    scores.blueprint,
    steps.blueprint,
)
