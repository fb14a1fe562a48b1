"""A panel with one planted anomaly at a time, and one without any."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from panel.scoring.design import Design, Floats
from panel.scoring.sheets import Sheets, totals

n, m, C = 40, 7, 3
CRITERIA = tuple(f"c{c}" for c in range(C))
ORDER = {(f"E{j}", f"A{i:02}"): float(i) for i in range(n) for j in range(m)}
CLOSE = [("E0", f"A{i:02}") for i in range(4)]


def sound(seed: int = 3) -> Floats:
    """Criterion scores, shape (applications, experts, criteria): quality, leniency, taste and noise."""
    chance = np.random.Generator(np.random.PCG64(seed))
    quality = 70 + 8 * chance.standard_normal((n, 1, 1))
    leniency = np.array([2.0, -1.0, 1.0, -2.0, 0.5, 0.0, -0.5])[None, :, None]
    profile = 3 * chance.standard_normal((n, 1, C))
    taste = 4 * chance.standard_normal((n, m, 1))
    noise = 4 * chance.standard_normal((n, m, C))
    scores: Floats = np.round(quality + leniency + profile + taste + noise)
    return scores


def sheets_of(scores: Floats) -> Sheets:
    return Sheets.from_records(
        (f"E{j}", f"A{i:02}", CRITERIA[c], int(scores[i, j, c])) for i, j, c in np.ndindex(scores.shape)
    )


def design_of(sheets: Sheets) -> Design:
    third = Fraction(1, 3)
    matrix = totals(sheets, dict.fromkeys(CRITERIA, third)).matrix
    assert matrix is not None
    return Design.from_matrix(matrix)
