from __future__ import annotations

import pytest

from panel.scoring.agreement.intraclass import from_components
from panel.scoring.agreement.statistics import agreement
from panel.scoring.design import Design
from panel.sentences.agreement import STATISTICS, meaning

UNEXPLAINED = ("_F", "_lo95", "_hi95", "_chisq", "n_pairable_values")


def test_every_figure_has_a_meaning() -> None:
    figures = {**agreement(Design.from_arrays(["A"], ["x"], [1])), **from_components(1, 1, 1, 3)}
    shown = {name for name in figures if not name.endswith(UNEXPLAINED)}

    assert shown == set(STATISTICS)
    assert all(meaning(name).endswith("。") for name in STATISTICS)


def test_an_unknown_figure_is_a_fault() -> None:
    with pytest.raises(KeyError):
        meaning("ICC9")
