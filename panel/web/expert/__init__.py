"""An expert's whole world: the queue, the sheets, one's own scores."""

from panel.web.expert import conflicts, leaves, outbox, pledges, queue, scores, sheets, signing, steps

BLUEPRINTS = (
    queue.blueprint,
    outbox.blueprint,
    pledges.blueprint,
    conflicts.blueprint,
    sheets.blueprint,
    signing.blueprint,
    leaves.blueprint,
    scores.blueprint,
    steps.blueprint,
)
