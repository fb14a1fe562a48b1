"""The unit in which estimates are computed: centred, and of size one whatever the unit of the scores.

Sums of squares of scores near 1e300 overflow and those near 1e-300 vanish; no estimate may depend on that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from panel.scoring.design import Floats


@dataclass(frozen=True)
class Unit:
    """y = centre + size * standard, |standard| <= 2; the size is a power of two: dividing loses nothing."""

    centre: float
    size: float

    @classmethod
    def of(cls, y: Floats) -> Unit:
        """The unit of finite scores, shape (N,), N >= 1: their midrange, and about half their range."""
        low, high = float(y.min()), float(y.max())
        half = high / 2 - low / 2
        size = math.ldexp(1.0, math.frexp(half)[1] - 1) if half > 0 else 1.0
        return cls(low + half, size)

    def standard(self, y: Floats) -> Floats:
        """The scores in this unit, shape (N,)."""
        return (y - self.centre) / self.size

    def level(self, standard: Floats) -> Floats:
        """Locations in the unit of the scores; infinite where a double cannot hold them."""
        with np.errstate(over="ignore"):
            return self.centre + self.size * standard

    def spread(self, standard: Floats) -> Floats:
        """Differences and standard deviations in the unit of the scores."""
        with np.errstate(over="ignore"):
            return self.size * standard

    def variance(self, standard: float) -> float:
        """A variance in the squared unit of the scores; infinite or zero where a double cannot hold it."""
        return self.size * (self.size * standard) if standard > 0 else 0.0
