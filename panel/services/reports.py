"""The result of a round in the form in which it leaves the application as data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlmodel import col, select

from panel.errors import NotFound
from panel.queries import applications, standings
from panel.rules import rounding
from panel.rules.stages import Stage, reached
from panel.services.office import Office
from panel.tables import Round


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One imported application in the result."""

    application: str
    track: str
    official_score: str | None
    rank: int | None
    selected: bool
    reason: str

    def plain(self) -> dict[str, Any]:
        """The line as plain data."""
        return asdict(self)


def result(office: Office, code: str = "") -> list[ResultLine] | None:
    """Every application of the round (the newest if no code is given), or None before its opening."""
    with office.reading() as session:
        query = select(Round).order_by(col(Round.id).desc())
        round_ = session.exec(query.where(Round.code == code) if code else query).first()
        if round_ is None:
            raise NotFound("no such round" if code else "there is no round yet")
        policy = office.policy_of(round_)
        found = (
            standings.stored(session, policy, round_.id)
            if reached(Stage(round_.stage), Stage.OPENED)
            else None
        )
        if found is None:
            return None
        return [
            ResultLine(
                application=number,
                track=place.track,
                official_score=None
                if place.official is None
                else rounding.text(place.official, policy.places),
                rank=place.rank,
                selected=place.selected,
                reason=place.reason,
            )
            for number in applications.plain(session, round_.id)
            for place in (found.result.place(number),)
        ]
