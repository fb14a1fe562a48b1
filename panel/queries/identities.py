"""Words that may identify the applicant in the texts of a coded track, and which of them were cleared."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from panel import tables
from panel.audit.seals import text_digest
from panel.queries import applications, eligibility
from panel.rules.applications import Application, Studio
from panel.rules.criteria import Identity, Policy
from panel.rules.eligibility import Verdict
from panel.rules.identities import Hit, hits, texts_of


@dataclass(frozen=True, slots=True)
class IdentityHit:
    """One word in one text of one application; `cleared` when somebody looked at it and let it stay."""

    application: str
    hit: Hit
    text: str
    cleared: bool
    because: str = ""


def of_round(session: Session, policy: Policy, round_id: int) -> list[IdentityHit]:
    """Every identity word in the texts of applications that experts of a coded track will read."""
    allowed = _clearances(session, round_id)
    found = []
    for number, (application, studio) in judged_blind(session, policy, round_id).items():
        texts = texts_of(application)
        for hit in hits(application, texts, studio=studio):
            text = texts[hit.field]
            because = allowed.get((number, hit.field, hit.word, text_digest(text)))
            found.append(IdentityHit(number, hit, text, because is not None, because or ""))
    return found


def judged_blind(
    session: Session, policy: Policy, round_id: int
) -> dict[str, tuple[Application, Studio | None]]:
    """Every application that experts will judge without knowing whose it is, and its existing studio."""
    coded = {track for track, rules in policy.tracks.items() if rules.identity is Identity.CODED}
    out = (Verdict.REFUSED, Verdict.VETOED)
    decided = eligibility.verdicts(session, round_id)
    falling = eligibility.falling(session, round_id)
    in_play = {number for number, found in decided.items() if found not in out and number not in falling}
    studios = applications.studios(session, round_id)
    return {
        number: (application, studios.get(application.linked_studio))
        for number, application in applications.plain(session, round_id).items()
        if application.track in coded and number in in_play
    }


def uncleared(session: Session, policy: Policy, round_id: int) -> list[IdentityHit]:
    """The words that nobody has looked at yet."""
    return [hit for hit in of_round(session, policy, round_id) if not hit.cleared]


def _clearances(session: Session, round_id: int) -> dict[tuple[str, str, str, str], str]:
    rows = session.exec(
        select(tables.Application.number, tables.Clearance)
        .join(tables.Clearance, col(tables.Clearance.application_id) == col(tables.Application.id))
        .where(tables.Application.round_id == round_id)
    )
    return {(number, row.field, row.word, row.text_digest): row.reason for number, row in rows}
