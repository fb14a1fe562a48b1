"""Draws that also know how uncertain the variances are: parametric bootstrap of the mixed model.

The joint draws of `models.posterior` take the estimated variances for true. Below six experts they are hardly
known. Here new scores are simulated from the fitted model and the model is fitted again, each time; the
errors of its predictions, which are then known, are taken off the actual predictions. It costs a fit per
draw.

References
----------
Efron, B., Tibshirani, R. J. (1993). An Introduction to the Bootstrap. Chapman & Hall, section 6.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from panel.scoring.design import Design, Floats, Indices
from panel.scoring.models.mixed import Mixed, mixed
from panel.scoring.models.posterior import Posterior


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Draws of the worths by refitting; takes the place of a posterior in a `Contest`.

    Attributes
    ----------
    fit : Mixed
    topic : intp array, shape (n,), or None
        As the model was fitted.
    """

    fit: Mixed
    topic: Indices | None = None

    @property
    def worth(self) -> Floats:
        """The actual predictions, shape (n,)."""
        return self.fit.worth

    def draw(self, generator: np.random.Generator, count: int) -> Floats:
        """Predictions less the errors of `count` refits, shape (n, count)."""
        if not isinstance(self.fit.posterior, Posterior):
            return self.fit.posterior.draw(generator, count)
        found = np.empty((self.worth.size, count))
        for column in range(count):
            simulated, truth = self._simulate(generator)
            again = mixed(simulated, self.topic)
            assert again is not None  # as many degrees of freedom as the fit itself
            found[:, column] = self.worth - (again.worth - truth)
        return found

    def _simulate(self, generator: np.random.Generator) -> tuple[Design, Floats]:
        design = self.fit.design
        n, m = design.shape
        truth = self._deviations["item"] * generator.standard_normal(n)
        if self.topic is not None and "topic" in self._deviations:
            levels = self._deviations["topic"] * generator.standard_normal(int(self.topic.max()) + 1)
            truth = truth + levels[self.topic]
        expert = self._deviations["expert"] * generator.standard_normal(m)
        noise = self._deviations["residual"] * generator.standard_normal(design.y.size)
        return design.scored(truth[design.application] + expert[design.expert] + noise), truth

    @cached_property
    def _deviations(self) -> Mapping[str, float]:
        """Standard deviations of the fitted model in the unit of the scores, of whatever size."""
        posterior = self.fit.posterior
        assert isinstance(posterior, Posterior)
        point = posterior.point
        scale = posterior.size * float(np.sqrt(point.residual_variance))
        names = point.state.equations.names
        roots = np.sqrt(point.state.ratios).tolist()
        return {"residual": scale} | {name: scale * root for name, root in zip(names, roots, strict=True)}
