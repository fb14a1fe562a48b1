"""What leaves the application as a file: made from the store, its digest recorded."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import select

from panel.audit import read, seals
from panel.audit.events import ResultExported
from panel.documents import results as workbook
from panel.errors import NotFound
from panel.queries import analyses
from panel.queries.results import ResultView
from panel.rules.permissions import Action
from panel.services.office import Actor, Office
from panel.services.rounds import locked
from panel.tables import Round

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was handed out, and its digest in the trail."""

    name: str
    data: bytes
    digest: str


def result(office: Office, actor: Actor, code: str) -> Exported:
    """The result workbook of a round; whoever asks for it is recorded with the digest of what was given."""
    made = _made(office, code)
    with office.change(actor, ResultExported) as change:
        round_ = locked(change, code)
        change.permit(Action.EXPORT_RESULT, round_)
        if made is None:
            raise NotFound("no result yet")
        view, data = made
        digest = seals.file_digest(data)
        change.record(ResultExported(digest=digest), subject=view.current.ranking_id, round_id=round_.id)
    return Exported(workbook.name(view), data, digest)


def _made(office: Office, code: str) -> tuple[ResultView, bytes] | None:
    with office.reading() as session:
        round_ = session.exec(select(Round).where(Round.code == code)).first()
        found = analyses.of_round(session, office.policy_of(round_), code) if round_ else None
        return (found.result, workbook.write(found, read.head(session))) if found else None
