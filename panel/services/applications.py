"""One application (申报): corrected, checked, cleared of identity words, withdrawn, each with a reason."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from panel import tables
from panel.audit import seals
from panel.audit.events import (
    ApplicationCorrected,
    ApplicationWithdrawn,
    EligibilityDecided,
    IdentityCleared,
    Said,
)
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken, StaleVersion
from panel.language import _
from panel.queries import applications, findings, identities
from panel.rules.applications import Application, Track
from panel.rules.eligibility import Verdict
from panel.rules.permissions import Action
from panel.sentences.articles import ARTICLE
from panel.services.accounts import required
from panel.services.office import Actor, Change, Office
from panel.services.registers import columns, identity_key, parts
from panel.services.rounds import locked

FIXED = ("track", "master_key", "master_last4")
PROJECT_ONLY = ("linked_studio", "title", "kind", "months", "total_fen", "subsidy_fen", "budget")
NEEDS_ARTICLE = frozenset({Verdict.REFUSED, Verdict.VETOED})


def current(session: Session, round_code: str, number: str) -> tuple[Application, int]:
    """An application as it stands, and its version: what a correction starts from."""
    row = session.exec(
        select(tables.Application)
        .join(tables.Round, col(tables.Round.id) == col(tables.Application.round_id))
        .where(tables.Round.code == round_code, tables.Application.number == number)
    ).first()
    if row is None:
        raise NotFound("no such application")
    return applications.to_plain(session, [row])[0], row.version


def correct(
    office: Office,
    actor: Actor,
    round_code: str,
    corrected: Application,
    *,
    reason: str,
    version: int,
    master_id: str = "",
) -> None:
    """Put `corrected` in place of the application of its number, as read at `version`.

    Number and track stay. The master's ID number is given as `master_id`, and only where it changes.
    """
    reason = required(reason)
    with office.change(actor, ApplicationCorrected) as change:
        round_, row = _held(change, Action.CORRECT_APPLICATION, round_code, corrected.number)
        _refuse_stale(row, version)
        (before,) = applications.to_plain(change.session, [row])
        _refuse_impossible(before, corrected)
        after = _with_master(office, corrected, master_id)
        names = tuple(f.name for f in fields(after) if getattr(before, f.name) != getattr(after, f.name))
        if not names:
            raise InvalidInput(Problem(_("更正内容"), "", _("没有任何改动。")))
        _refuse_unknown_studio(change, round_.id, after)
        _write(change, row, after)
        said = {"before": _said(before), "after": _said(after)}
        digests = {when: seals.record_digest(whole) for when, whole in said.items()}
        entry = change.record(
            ApplicationCorrected(fields=names, reason=Said(reason), **digests),
            subject=after.number,
            round_id=round_.id,
        )
        change.number()
        change.session.add(
            tables.Correction(entry=entry.index, application_id=row.id, said=seals.canonical(said).decode())
        )


def decide(
    office: Office,
    actor: Actor,
    round_code: str,
    number: str,
    verdict: Verdict,
    article: str,
    reason: str,
    *,
    version: int | None = None,
) -> None:
    """Give the secretary's verdict; a refusal or veto names its articles, with commas between."""
    reason, article = required(reason), _article(verdict, article)
    with office.change(actor, EligibilityDecided) as change:
        round_, row = _held(change, Action.DECIDE_ELIGIBILITY, round_code, number)
        if version is not None:
            _refuse_stale(row, version)
        found = findings.of_round(change.session, office.policy_of(round_), round_.id, round_.closes_on)
        codes = tuple(sorted({finding.code.value for finding in found[number]}))
        row.version += 1  # whoever decides next has seen this verdict
        change.session.add(
            tables.Eligibility(
                application_id=row.id,
                verdict=verdict,
                article=article,
                reason=reason,
                findings=" ".join(codes),
                decided_by=actor.id,
                decided_at=change.now,
            )
        )
        change.record(
            EligibilityDecided(verdict=verdict, article=article, findings=codes, reason=Said(reason)),
            subject=number,
            round_id=round_.id,
        )


def withdraw(office: Office, actor: Actor, round_code: str, number: str, reason: str) -> None:
    """Take an application out at the applicant's wish; it stays on record and counts no more."""
    reason = required(reason)
    with office.change(actor, ApplicationWithdrawn) as change:
        round_, row = _held(change, Action.WITHDRAW_APPLICATION, round_code, number)
        row.withdrawn = True
        change.session.add(row)
        change.record(ApplicationWithdrawn(reason=Said(reason)), subject=number, round_id=round_.id)


def clear(
    office: Office, actor: Actor, round_code: str, number: str, field: str, word: str, reason: str
) -> None:
    """Let a word stay in a text of a coded application; only as long as that text stays as it is."""
    reason = required(reason)
    with office.change(actor, IdentityCleared) as change:
        round_, row = _held(change, Action.CLEAR_IDENTITY, round_code, number)
        waiting = identities.uncleared(change.session, office.policy_of(round_), round_.id)
        hit = next(
            (h for h in waiting if (h.application, h.hit.field, h.hit.word) == (number, field, word)), None
        )
        if hit is None:
            raise NotFound("no such word waits to be cleared")
        change.session.add(
            tables.Clearance(
                application_id=row.id,
                field=field,
                word=word,
                text_digest=seals.text_digest(hit.text),
                reason=reason,
                cleared_at=change.now,
            )
        )
        change.record(
            IdentityCleared(field=field, word=Said(word), reason=Said(reason)),
            subject=number,
            round_id=round_.id,
        )


def _held(
    change: Change, action: Action, round_code: str, number: str
) -> tuple[tables.Round, tables.Application]:
    """The round and one of its applications that is still in, both held until the change ends."""
    round_ = locked(change, round_code)
    change.permit(action, round_)
    row = change.session.exec(
        select(tables.Application).where(
            tables.Application.round_id == round_.id, tables.Application.number == number
        )
    ).first()
    if row is None:
        raise NotFound("no such application")
    if row.withdrawn:
        raise RuleBroken("withdrawn", _("{number} 已撤回，不能再改动。").format(number=number))
    return round_, row


def _refuse_stale(row: tables.Application, version: int) -> None:
    if row.version != version:
        raise StaleVersion(_("{number} 已被他人更正或者作出结论。").format(number=row.number), row.version)


def _article(verdict: Verdict, article: str) -> str:
    """Articles as they are written inside: 8, or 7(2)5, with commas between."""
    several = [part.strip() for part in article.replace("，", ",").split(",") if part.strip()]
    if verdict in NEEDS_ARTICLE and not several:
        raise InvalidInput(Problem(_("依据条款"), "", _("不予受理、一票否决须写明依据的条款。")))
    for part in several:
        if not ARTICLE.fullmatch(part):
            raise InvalidInput(Problem(_("依据条款"), part, _("请按 8 或 7(2)5 的写法填写。")))
    return ", ".join(several)


# Correcting


def _refuse_impossible(before: Application, corrected: Application) -> None:
    """What makes an application another one is not corrected: a new application is handed in instead."""
    changed = [name for name in FIXED if getattr(before, name) != getattr(corrected, name)]
    if before.track is Track.STUDIO:
        changed += [name for name in PROJECT_ONLY if getattr(corrected, name)]
    if changed:
        raise InvalidInput(*(Problem(name, "", _("这一项不能更正。")) for name in changed))


def _with_master(office: Office, corrected: Application, master_id: str) -> Application:
    if not master_id:
        return corrected
    return replace(corrected, master_key=identity_key(office, master_id), master_last4=master_id[-4:])


def _refuse_unknown_studio(change: Change, round_id: int, after: Application) -> None:
    if after.track is Track.STUDIO:
        return
    entered = applications.plain(change.session, round_id).values()
    known = {a.number for a in entered if a.track is Track.STUDIO}
    if after.linked_studio not in known | set(applications.studios(change.session, round_id)):
        remedy = _("找不到这个工作室：本批次申报和已有工作室中都没有。请核对编号。")
        raise InvalidInput(Problem(_("所属工作室编号"), after.linked_studio, remedy))


def _write(change: Change, row: tables.Application, after: Application) -> None:
    session = change.session
    row.sqlmodel_update(columns(after))
    row.version += 1
    session.add(row)
    for table in (tables.Member, tables.BudgetLine, tables.Statement):
        session.execute(delete(table).where(col(table.application_id) == row.id))
    session.add_all(parts(row.id, after))


def _said(application: Application) -> dict[str, Any]:
    """All that an application says, as plain data."""
    return asdict(application) | {"materials": sorted(application.materials)}
