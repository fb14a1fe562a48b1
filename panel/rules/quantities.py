"""The kinds of value that a policy file holds, with what is allowed and how that is said."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from panel.rules.rounding import parse_points

Id = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9.]{0,7}$", description="an id such as S1 or S1.2")]
"""How the policy file names criteria, items, guidance and vetoes."""

Percent = Annotated[int, Field(ge=0, le=100)]
"""A whole number of percent."""

_PARSED = BeforeValidator(lambda written: parse_points(str(written)))

Points = Annotated[
    int,
    Field(gt=0),
    _PARSED,
    WithJsonSchema({"description": "points above 0 with at most two decimals, such as 30 or 7.5"}),
]
"""Points: hundredths here, plain decimals in the policy file."""

PointsOrNone = Annotated[
    int,
    Field(ge=0),
    _PARSED,
    WithJsonSchema({"description": "points with at most two decimals, such as 7.5, or 0"}),
]
"""Points in the same form; 0 where any will do."""

PassMark = Annotated[
    int,
    Field(ge=0),
    _PARSED,
    WithJsonSchema({"description": "points with at most two decimals, such as 60, or 0 for no pass mark"}),
]
"""A pass mark in the same form; 0 for none."""
