"""The register (登记): applications, studios and experts entered as rows, and brought up to date.

ID numbers stand here only as keyed hashes.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from panel import tables
from panel.queries import applications, experts
from panel.rules.applications import Application, Studio
from panel.rules.experts import Expert
from panel.rules.permissions import Role
from panel.services import accounts
from panel.services.office import Change, Office

IDENTITY_LABEL = b"pingshen/identity/v1\0"


def identity_key(office: Office, number: str) -> str:
    """The keyed hash under which an ID number is known; nothing for no number."""
    key = office.settings.identity_key.get_secret_value().encode()
    return hmac.new(key, IDENTITY_LABEL + number.encode(), hashlib.sha256).hexdigest() if number else ""


def with_key(expert: Expert, before: Expert) -> Expert:
    """An ID number left out does not take away the one on file."""
    return expert if expert.identity_key else replace(expert, identity_key=before.identity_key)


def with_master(studio: Studio, before: Studio) -> Studio:
    """The same of a studio's master."""
    if studio.master_key:
        return studio
    return replace(studio, master_key=before.master_key, master_last4=before.master_last4)


def enter_applications(session: Session, round_id: int, read: Iterable[Application]) -> None:
    """New applications with all that belongs to them."""
    for application in read:
        row = tables.Application(round_id=round_id, **columns(application))
        session.add(row)
        session.flush()
        session.add_all(parts(row.id, application))


def columns(application: Application) -> dict[str, Any]:
    """An application as the columns of its own row."""
    return {
        "number": application.number,
        "track": application.track,
        "linked_studio": application.linked_studio,
        "unit": application.unit,
        "unit_code": application.unit_code,
        "parent_unit": application.parent_unit,
        "branch": application.branch,
        "address": application.address,
        "in_district": application.in_district,
        "master_name": application.master_name,
        "master_key": application.master_key,
        "master_last4": application.master_last4,
        "occupation": application.occupation,
        "occupation_state": application.occupation_state,
        "certificate": application.certificate,
        "exception": application.exception,
        "title": application.title,
        "kind": application.kind or "",
        "months": application.months,
        "total_fen": application.total_fen,
        "subsidy_fen": application.subsidy_fen,
        "summary": application.summary,
        "materials": " ".join(sorted(application.materials)),
    }


def parts(
    application_id: int, application: Application
) -> list[tables.Member | tables.BudgetLine | tables.Statement]:
    """Team, budget and statements of an application as rows of their own."""
    return [
        *(
            tables.Member(application_id=application_id, name=member.name, employment=member.employment)
            for member in application.team
        ),
        *(
            tables.BudgetLine(
                application_id=application_id,
                category=line.category,
                item=line.item,
                amount_fen=line.amount_fen,
                note=line.note,
            )
            for line in application.budget
        ),
        *(
            tables.Statement(application_id=application_id, criterion=criterion, text=text)
            for criterion, text in application.statements.items()
        ),
    ]


def enter_studios(session: Session, round_id: int, read: Iterable[Studio]) -> None:
    """Studios new or brought up to date."""
    rows = session.exec(select(tables.Studio).where(tables.Studio.round_id == round_id))
    known = {row.number: row for row in rows}
    before = applications.studios(session, round_id)
    for studio in read:
        row = known.get(studio.number)
        if row is None:
            session.add(tables.Studio(round_id=round_id, **asdict(studio)))
        else:
            row.sqlmodel_update(asdict(with_master(studio, before[studio.number])))
            session.add(row)


def enter_experts(change: Change, read: Iterable[Expert]) -> list[tables.Account]:
    """Experts new or brought up to date; answers the accounts made for the new ones."""
    session = change.session
    known = {expert.number: expert for expert in experts.plain(session).values()}
    rows = {row.number: row for row in session.exec(select(tables.Expert))}
    made = []
    for expert in read:
        before = known.get(expert.number)
        if before is None:
            made.append(_new_expert(change, expert))
        elif (kept := with_key(expert, before)) != before:
            row = rows[expert.number]
            row.sqlmodel_update(_expert_columns(kept))
            session.add(row)
            for table in (tables.Employment, tables.Relation):
                session.execute(delete(table).where(col(table.expert_id) == row.id))
            session.add_all(_expert_parts(row.id, kept))
            account = session.exec(select(tables.Account).where(tables.Account.expert_id == row.id)).one()
            account.name = kept.name
            session.add(account)
    return made


def _new_expert(change: Change, expert: Expert) -> tables.Account:
    row = tables.Expert(**_expert_columns(expert))
    change.session.add(row)
    change.session.flush()
    change.session.add_all(_expert_parts(row.id, expert))
    return accounts.add(change, expert.number, expert.name, Role.EXPERT, row)


def _expert_columns(expert: Expert) -> dict[str, Any]:
    return {
        "number": expert.number,
        "name": expert.name,
        "employer": expert.employer,
        "employer_code": expert.employer_code,
        "employer_parent": expert.employer_parent,
        "title": expert.title,
        "specialities": "、".join(expert.specialities),
        "identity_key": expert.identity_key,
    }


def _expert_parts(expert_id: int, expert: Expert) -> list[tables.Employment | tables.Relation]:
    return [
        *(
            tables.Employment(expert_id=expert_id, unit=job.unit, since=job.since, until=job.until)
            for job in expert.employments
        ),
        *(
            tables.Relation(expert_id=expert_id, kind=tie.kind, towards=tie.towards, note=tie.note)
            for tie in expert.relations
        ),
    ]
