"""The inspector's filters: read from the address, so that a filtered page can be kept and sent on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import request

from panel.clock import OFFICE_ZONE
from panel.queries.trail import Wanted
from panel.rules.stages import Stage
from panel.sentences.events import Kind

FIELDS = ("who", "round", "kind", "thing", "since", "until", "refused")
MOST = 60
_YEARS = range(2000, 2200)
_MINUTE = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is filtered by: as it stands in the address, and what it means."""

    fields: dict[str, str]
    wanted: Wanted

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


def chosen() -> Chosen:
    """The filters of this request; what means nothing filters nothing."""
    given = {name: request.args.get(name, "").strip()[:MOST] for name in FIELDS}
    round_id, _colon, stage = given["round"].partition(":")
    until = _moment(given["until"])
    return Chosen(
        {name: text for name, text in given.items() if text},
        Wanted(
            actor=given["who"],
            kind=Kind(given["kind"]) if given["kind"] in set(Kind) else None,
            round_id=round_id,
            stage=Stage(stage) if stage in set(Stage) else None,
            thing=given["thing"],
            since=_moment(given["since"]),
            # The last minute is meant whole.
            until=until + timedelta(minutes=1) if until else None,
            refused_only=given["refused"] != "",
        ),
    )


def _moment(text: str) -> datetime | None:
    """A minute in the office's zone; seconds that a browser adds are left out."""
    try:
        moment = datetime.strptime(text[: len("2026-09-01T09:00")], _MINUTE).replace(tzinfo=OFFICE_ZONE)
    except ValueError:
        return None
    return moment if moment.year in _YEARS else None
