"""An expert's whole world: the queue, the sheets, one's own scores."""

from panel.web.expert import queue

BLUEPRINTS = (queue.blueprint,)
