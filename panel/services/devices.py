"""Devices (设备) of experts: a lost one is shut out at once, and more than one is allowed with a reason."""

from __future__ import annotations

from sqlmodel import Session, col, select

from panel.audit.events import DeviceRevoked, DevicesAllowed, Said
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken
from panel.language import _
from panel.rules.devices import Ending
from panel.rules.permissions import Action, Role
from panel.services.accounts import end_session, required
from panel.services.office import Actor, Office, log_id
from panel.tables import Account, SignIn

MOST = 3


def revoke(office: Office, actor: Actor, account_id: int, device_id: int) -> None:
    """End one session of an account at once; the next request of that device is told why."""
    with office.change(actor, DeviceRevoked) as change:
        account = _account(change.session, account_id)
        change.permit(Action.REVOKE_EXPERT if account.role == Role.EXPERT else Action.MANAGE_ACCOUNTS)
        live = change.session.exec(
            select(SignIn).where(
                SignIn.id == device_id, SignIn.account_id == account_id, col(SignIn.ended_at).is_(None)
            )
        ).first()
        if live is None:
            raise NotFound("no such session, or it has ended")
        end_session(change, live, Ending.REVOKED)
        change.record(DeviceRevoked(device=live.token_hash[:16]), subject=log_id(account_id))


def allow(office: Office, actor: Actor, account_id: int, devices: int, reason: str) -> None:
    """Let an expert be signed in on so many devices at once; what is signed in now stays so."""
    with office.change(actor, DevicesAllowed) as change:
        change.permit(Action.ALLOW_DEVICES)
        account = _account(change.session, account_id)
        if account.role != Role.EXPERT:
            raise RuleBroken("devices_of_experts", _("只有评审专家的账号限定设备数量。"))
        if not 1 <= devices <= MOST:
            allowed = _("请填写 {least} 至 {most} 之间的整数。").format(least=1, most=MOST)
            raise InvalidInput(Problem(_("设备数量"), str(devices), allowed))
        account.devices = devices
        change.session.add(account)
        said = Said(required(reason))
        change.record(DevicesAllowed(devices=devices, reason=said), subject=log_id(account_id))


def _account(session: Session, account_id: int) -> Account:
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("no such account")
    return account
