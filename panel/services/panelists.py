"""Panel members (专家组成员): selected by hand, removed, named chair, marked absent, given their codes."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session, col, select

from panel import tables
from panel.audit.events import (
    ChairNamed,
    CodeIssued,
    ExpertAbsent,
    ExpertRemoved,
    ExpertSelected,
    Said,
)
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken
from panel.language import _
from panel.queries import draws
from panel.queries.panelists import natural
from panel.rules.permissions import Action
from panel.services import accounts, recusals
from panel.services.accounts import IssuedCode, required
from panel.services.office import Actor, Change, Office
from panel.services.rounds import locked


def select_by_hand(office: Office, actor: Actor, round_code: str, expert_number: str, reason: str) -> None:
    """Put an expert on the panel without a draw, marked as such; the conflicts go on record."""
    reason = required(reason)
    with office.change(actor, ExpertSelected) as change:
        round_ = locked(change, round_code)
        change.permit(Action.COMPOSE_PANEL, round_)
        expert = _expert(change.session, expert_number)
        if draws.waiting(change.session, round_.id) is not None:
            raise RuleBroken(
                "draw_waiting", _("抽取名单已经固定，正在等待生成种子。请先完成抽取，再人工选定专家。")
            )
        if _seats(change, round_.id).get(expert.id) is not None:
            raise RuleBroken("already_member", _("该专家已是专家组成员。"))
        change.session.add(tables.Panelist(round_id=round_.id, expert_id=expert.id, selected_because=reason))
        change.record(ExpertSelected(reason=Said(reason)), subject=expert_number, round_id=round_.id)
        change.session.flush()
        recusals.seek(change, round_, office.policy_of(round_))


def remove(office: Office, actor: Actor, round_code: str, expert_number: str, reason: str) -> None:
    """Take a member off the panel before scoring; the draw itself stays as it was."""
    reason = required(reason)
    with office.change(actor, ExpertRemoved) as change:
        round_ = locked(change, round_code)
        change.permit(Action.COMPOSE_PANEL, round_)
        change.session.delete(_seat(change, round_.id, expert_number))
        change.record(ExpertRemoved(reason=Said(reason)), subject=expert_number, round_id=round_.id)


def name_chair(office: Office, actor: Actor, round_code: str, expert_number: str) -> None:
    """Note whom the members elected as their chair; there is only one."""
    with office.change(actor, ChairNamed) as change:
        round_ = locked(change, round_code)
        change.permit(Action.COMPOSE_PANEL, round_)
        seat = _seat(change, round_.id, expert_number)
        if seat.absent:
            raise RuleBroken("chair_absent", _("该专家已登记为缺席，不能担任组长。"))
        if seat.chair:
            raise RuleBroken("already_chair", _("该专家已是组长。"))
        for other in _seats(change, round_.id).values():
            other.chair = other is seat
        change.record(ChairNamed(), subject=expert_number, round_id=round_.id)


def mark_absent(office: Office, actor: Actor, round_code: str, expert_number: str, reason: str) -> None:
    """Note that a member takes no part any more: submitted sheets count, drafts are no longer missed."""
    reason = required(reason)
    with office.change(actor, ExpertAbsent) as change:
        round_ = locked(change, round_code)
        change.permit(Action.MARK_ABSENT, round_)
        seat = _seat(change, round_.id, expert_number)
        if seat.absent:
            raise RuleBroken("already_absent", _("该专家已登记为缺席。"))
        seat.absent, seat.absent_because = True, reason
        change.session.add(seat)
        change.record(ExpertAbsent(reason=Said(reason)), subject=expert_number, round_id=round_.id)


def issue_codes(
    office: Office, actor: Actor, round_code: str, expert_numbers: Collection[str] | None = None
) -> list[IssuedCode]:
    """A first one-time code for each of these experts, or for all of the panel who still need one.

    Whoever has activated the account is reset by the administrator: a secretary who could do it would be able
    to take the chair's place.
    """
    with office.change(actor, CodeIssued) as change:
        round_ = locked(change, round_code)
        change.permit(Action.ISSUE_EXPERT_CODE)
        found = _accounts(change.session, round_.id, expert_numbers)
        if expert_numbers is not None and set(expert_numbers) - found.keys():
            raise NotFound("no such expert, or no account")
        active = [number for number, account in found.items() if account.password_hash]
        if expert_numbers is None:
            found = {number: account for number, account in found.items() if number not in active}
        elif active:
            raise RuleBroken(
                "already_activated",
                _("以下专家已激活账号；忘记个人密码的，请在其“设备与登录卡”中换发：{experts}。").format(
                    experts=_("、").join(active)
                ),
            )
        if not found:
            raise InvalidInput(Problem(_("专家"), "", _("请至少选择一名专家。")))
        disabled = [number for number, account in found.items() if account.disabled]
        if disabled:
            raise RuleBroken(
                "account_disabled",
                _("以下专家的账号已停用，请先由系统管理员启用：{experts}。").format(
                    experts=_("、").join(disabled)
                ),
            )
        return [accounts.issue(change, account) for account in found.values()]


def _accounts(session: Session, round_id: int, numbers: Collection[str] | None) -> dict[str, tables.Account]:
    """The accounts by expert number, in the order of numbers; of the panel's present members unless named."""
    query = select(tables.Expert.number, tables.Account).join(
        tables.Account, col(tables.Account.expert_id) == col(tables.Expert.id)
    )
    if numbers is None:
        query = query.join(tables.Panelist, col(tables.Panelist.expert_id) == col(tables.Expert.id)).where(
            tables.Panelist.round_id == round_id, col(tables.Panelist.absent).is_(False)
        )
    else:
        query = query.where(col(tables.Expert.number).in_(numbers))
    return dict(sorted(session.exec(query).all(), key=lambda row: natural(row[0])))


def _expert(session: Session, number: str) -> tables.Expert:
    row = session.exec(select(tables.Expert).where(tables.Expert.number == number)).first()
    if row is None:
        raise NotFound("no such expert")
    return row


def _seats(change: Change, round_id: int) -> dict[int, tables.Panelist]:
    """The seats of the round's panel by expert, held until this change ends."""
    rows = change.session.exec(
        select(tables.Panelist).where(tables.Panelist.round_id == round_id).with_for_update()
    )
    return {row.expert_id: row for row in rows}


def _seat(change: Change, round_id: int, number: str) -> tables.Panelist:
    seat = _seats(change, round_id).get(_expert(change.session, number).id)
    if seat is None:
        raise NotFound("not on this panel")
    return seat
