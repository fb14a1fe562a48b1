"""The findings of the check of eligibility (资格审查) on a round as it stands."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from panel import tables
from panel.queries import applications
from panel.rules import eligibility
from panel.rules.criteria import Policy
from panel.rules.eligibility import Findings, Limits


def limits(policy: Policy, closes_on: date) -> Limits:
    """The numbers of the policy against which applications are held; months count from the closing day."""
    return Limits(
        subsidy_fen=policy.subsidy_limit_fen,
        months=policy.months_normal,
        formal_members=policy.min_formal_members,
        valid_until=policy.valid_until,
        starts_on=closes_on,
    )


def of_round(session: Session, policy: Policy, round_id: int, closes_on: date) -> Findings:
    """The findings on every application that was not withdrawn; a withdrawn one stands in nobody's way."""
    withdrawn = set(
        session.exec(
            select(tables.Application.number).where(
                tables.Application.round_id == round_id, col(tables.Application.withdrawn).is_(True)
            )
        )
    )
    entered = applications.plain(session, round_id)
    return eligibility.findings(
        [application for number, application in entered.items() if number not in withdrawn],
        applications.studios(session, round_id).values(),
        limits=limits(policy, closes_on),
    )
