from __future__ import annotations

import numpy as np

from panel.scoring.experts.findings import cutoff


def test_the_example_of_benjamini_and_hochberg() -> None:
    # Their table of 15 probabilities (1995, section 3.2): with a rate of 0.05 the first four are rejected.
    p = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
    ]

    cut = cutoff(np.array(p), 0.05)

    assert sum(one <= cut for one in p) == 4


def test_a_test_that_was_not_made_does_not_count() -> None:
    assert cutoff(np.array([0.04, np.nan, np.nan]), 0.05) == 0.05
    assert cutoff(np.array([np.nan]), 0.05) == 0


def test_without_a_finding_the_cut_is_where_one_would_have_been() -> None:
    assert cutoff(np.array([0.5, 0.6, 0.7, 0.8]), 0.04) == 0.01
