"""From where on something is shown to the inspector; the policy file's `[flags]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from panel.rules.quantities import Id, Percent, Points, PointsOrNone


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The limits of all flags; the defaults hold for a policy from before there were flags."""

    changed_points: PointsOrNone = 0
    """F1: a total that changed by so much; a change that decides who is selected is shown in any case."""
    deviation_percent: Percent = 20
    """F2: a total further from the mean of its application than this share of the mean."""
    robust_z: Points = 250
    """F2: or further from the median than so many robust standard deviations, in hundredths."""
    robust_min_sheets: Annotated[int, Field(ge=3, le=99)] = 5
    pair_points: Points = 500
    """F4: every sheet of an expert on one unit so far above the others and above the expert's habit."""
    pair_min_sheets: Annotated[int, Field(ge=2, le=99)] = 2
    seconds_per_unit: Annotated[int, Field(ge=1, le=3600)] = 60
    """F5: less time than this for each scored unit of a sheet."""
    saves_per_minute: Annotated[int, Field(ge=1, le=600)] = 10
    """F5: more saves than this within sixty seconds."""
    straight_sheets: Annotated[int, Field(ge=1, le=99)] = 3
    """F6: so many sheets on which every unit got the same share of its points."""
    same_rows: Annotated[int, Field(ge=2, le=99)] = 2
    """F6: so many sheets with the very same points."""
    copied_comments: Annotated[int, Field(ge=2, le=99)] = 3
    """F11: from so many comments on, when every one of them stands elsewhere too."""
    hours_from: Annotated[int, Field(ge=0, le=23)] = 7
    hours_until: Annotated[int, Field(ge=1, le=24)] = 21
    """F10: the hours of the day in which somebody may be expected to sign in."""
    sign_in_addresses: Annotated[int, Field(ge=1, le=99)] = 1
    sign_in_devices: Annotated[int, Field(ge=1, le=99)] = 1
    """F10: how many addresses and kinds of devices one person may be expected to sign in from."""
    clock_seconds: Annotated[int, Field(ge=1, le=86_400)] = 5
    """F14: a clock that was set back by so much."""
    objective: tuple[Id, ...] = ()
    objective_points: PointsOrNone = 0
    """F8: the units on which experts cannot honestly differ, and by how much they may all the same."""


SHIPPED = Thresholds()
