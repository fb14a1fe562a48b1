"""Why a session ended, in words."""

from __future__ import annotations

import pytest

from panel.rules.devices import Ending
from panel.sentences import endings


@pytest.mark.parametrize("ending", Ending)
def test_every_ending_says_what_happened_and_what_to_do(ending: Ending) -> None:
    assert endings.title(ending)
    assert endings.text(ending).endswith("。")
    assert "您" not in endings.listed(ending)
