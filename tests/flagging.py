"""Acts and sheets for the rules of flags, said briefly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from panel.rules.applications import Track
from panel.rules.candidates import Standing
from panel.rules.criteria import Policy
from panel.rules.flags.facts import Act, Facts, Sealed
from panel.rules.policies import read_policy
from panel.rules.results import CountedSheet, Entry, Inputs

POLICY = read_policy((Path(__file__).parents[1] / "config" / "criteria.toml").read_text(encoding="utf-8"))
MORNING = datetime(2026, 9, 10, 1, 30, tzinfo=UTC)  # a Thursday, half past nine at the office
STUDIO = {"S1": 3000, "S2": 1500, "S3": 1000, "S4": 2000, "S5": 1500, "S6": 1000}
PROJECT = {"P1": 2000, "P2": 2000, "P3": 2000, "P4": 2000, "P5": 1000, "P6": 1000}


def limits(**flags: Any) -> Policy:
    """The shipped policy with other limits."""
    return replace(POLICY, flags=replace(POLICY.flags, **flags))


Said = tuple[str, str, float] | tuple[str, str, float, Mapping[str, Any]]


def acts(*said: Said, **common: Any) -> list[Act]:
    """Acts by name, subject and seconds after the morning, with their data; numbered from 100 on."""
    return [
        Act(
            index=100 + n,
            act=one[0],
            subject=one[1],
            at=MORNING + timedelta(seconds=one[2]),
            actor=common.get("actor", "u-1"),
            data=one[3] if len(one) > 3 else {},
            **{name: value for name, value in common.items() if name != "actor"},
        )
        for n, one in enumerate(said)
    ]


def share(percent: float, full: Mapping[str, int] = STUDIO) -> dict[str, int]:
    """The same share of every criterion, as it is without rounding."""
    return {unit: int(points * percent / 100) for unit, points in full.items()}


def sheet(expert: str, application: str, points: int | Mapping[str, int], **more: Any) -> Sealed:
    """A sealed sheet; one number of points stands for a total that lies on the first criterion."""
    full = STUDIO if application.startswith("S") else PROJECT
    given = (
        points
        if isinstance(points, Mapping)
        else {unit: points if n == 0 else 0 for n, unit in enumerate(full)}
    )
    return Sealed(
        expert=expert, application=application, points=given, revision=more.pop("revision", 1), **more
    )


def opened(
    sheets: Iterable[Sealed],
    policy: Policy = POLICY,
    acts: Sequence[Act] = (),
    links: Mapping[str, str] | None = None,
) -> Facts:
    """A round after opening: these sheets, all of accepted applications."""
    several = tuple(sheets)
    linked = links or {}
    numbers = sorted({one.application for one in several})
    inputs = Inputs(
        entries=tuple(
            Entry(
                number,
                Track.STUDIO if number.startswith("S") else Track.PROJECT,
                linked.get(number, ""),
                Standing.ACCEPTED,
            )
            for number in numbers
        ),
        sheets=tuple(CountedSheet(one.expert, one.application, one.points) for one in several if one.counted),
    )
    return Facts(
        policy=policy, acts=acts, opened=True, sealed=several, inputs=inputs, stored_policy=policy.digest
    )
