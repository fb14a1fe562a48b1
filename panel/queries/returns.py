"""Sheets that were given back after scoring was closed: the only ones that are still written then."""

from __future__ import annotations

from sqlmodel import Session

from panel.audit import read
from panel.audit.events import SheetReturned, StageChanged
from panel.rules.stages import Stage


def since_closing(session: Session, round_id: int) -> frozenset[str]:
    """These sheets of a round as the trail names them: the trail alone tells when a sheet was given back.

    A draft among them is written again; one handed in again is sealed like any other.
    """
    changes = read.of_act(session, StageChanged.act, str(round_id))
    closed = next((change.index for change in changes if change.data["stage"] == Stage.CLOSED), None)
    if closed is None:
        return frozenset()
    returned = read.of_act(session, SheetReturned.act, str(round_id), after=closed)
    return frozenset(record.subject for record in returned)
