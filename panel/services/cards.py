"""Sign-in cards (登录卡): a new one for whoever lost PIN or tablet, and those just issued, to print."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session, col, select

from panel.audit.events import CardRenewed, Said
from panel.errors import NotFound, RuleBroken
from panel.language import _
from panel.queries import devices
from panel.rules.devices import Ending
from panel.rules.permissions import Action
from panel.services.accounts import IssuedCode, end_sessions, issue, required
from panel.services.credentials import code_hash
from panel.services.office import Actor, Office, log_id
from panel.tables import Account, ActivationCode, Expert

MOST = 200
"""So many cards are printed at once."""


def renew(office: Office, actor: Actor, expert_number: str, reason: str) -> IssuedCode:
    """A new card for an expert who had one before: the old PIN is void at once, and all devices are out.

    Not for the chair of a round that goes on: a secretary who could do that would be able to take the place
    of the second person. The administrator can.
    """
    said = Said(required(reason))
    with office.change(actor, CardRenewed) as change:
        change.permit(Action.ISSUE_EXPERT_CODE)
        account = _of_expert(change.session, expert_number)
        if account.disabled:
            raise RuleBroken("account_disabled", _("账号已停用，请先由系统管理员启用。"))
        if devices.chairs(change.session, account.expert_id):
            refusal = _("组长是重要环节的第二确认人，其登录卡只能由系统管理员换发。")
            raise RuleBroken("chair_card", refusal)
        account.password_hash = ""
        account.pin_failures = account.pin_strangers = account.pin_locked_at = None
        change.session.add(account)
        ended = end_sessions(change, account.id, Ending.CREDENTIAL)
        change.record(CardRenewed(sessions=ended, reason=said), subject=log_id(account.id))
        return issue(change, account)


def unused(office: Office, codes: Iterable[str]) -> list[IssuedCode]:
    """Those of these codes that can still be used, with whose they are; nothing is said of any other."""
    by_hash = {code_hash(code): code for code in list(codes)[:MOST]}
    with office.reading() as session:
        rows = session.exec(
            select(ActivationCode, Account)
            .join(Account, col(Account.id) == col(ActivationCode.account_id))
            .where(
                col(ActivationCode.code_hash).in_(list(by_hash)),
                col(ActivationCode.used_at).is_(None),
                col(ActivationCode.expires_at) > office.clock(),
                col(Account.disabled).is_(False),
            )
        ).all()
    order = {hashed: place for place, hashed in enumerate(by_hash)}
    return [
        IssuedCode(account.id, account.login, account.name, by_hash[row.code_hash], row.expires_at)
        for row, account in sorted(rows, key=lambda pair: order[pair[0].code_hash])
    ]


def _of_expert(session: Session, number: str) -> Account:
    found = session.exec(
        select(Account).join(Expert, col(Expert.id) == col(Account.expert_id)).where(Expert.number == number)
    ).first()
    if found is None:
        raise NotFound("no such expert, or no account")
    return found
