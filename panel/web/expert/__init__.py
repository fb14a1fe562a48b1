"""An expert's whole world: the queue, the sheets, one's own scores."""

from panel.web.expert import conflicts, outbox, pledges, queue, scores, sheets, steps

BLUEPRINTS = (
    queue.blueprint,
    outbox.blueprint,
    pledges.blueprint,
    conflicts.blueprint,
    sheets.blueprint,
    scores.blueprint,
    steps.blueprint,
)
