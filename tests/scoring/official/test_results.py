from __future__ import annotations

import pytest

from panel.errors import InvalidInput
from panel.scoring.official.results import Options


def test_trimming_needs_seven_sheets_unless_the_policy_says_otherwise() -> None:
    assert Options().min_sheets == 7
    assert Options(min_sheets=3).min_sheets == 3


@pytest.mark.parametrize("least", [2, 0, -1])
def test_a_limit_that_leaves_nothing_is_refused(least: int) -> None:
    with pytest.raises(InvalidInput, match=f"min_sheets: '{least}' must be at least 3"):
        Options(min_sheets=least)
