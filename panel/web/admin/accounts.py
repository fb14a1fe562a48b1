"""The accounts: making officers' accounts, handing out codes, barring, ending sessions."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from panel.errors import InvalidInput, NotFound, RuleBroken
from panel.language import _
from panel.queries import accounts as views
from panel.queries import devices as sessions
from panel.queries.accounts import AccountState, AccountView
from panel.rules.permissions import Action, Role
from panel.services import accounts, devices
from panel.services.accounts import IssuedCode
from panel.services.office import Actor, Office
from panel.vocabulary import term
from panel.web import cards, current, forms
from panel.web.access import allow

blueprint = Blueprint("admin_accounts", __name__, url_prefix="/admin")

Page = str | Response | tuple[str, int]

OFFICERS = (Role.SECRETARY, Role.INSPECTOR, Role.ADMINISTRATOR)


@blueprint.get("/")
@allow(Action.MANAGE_ACCOUNTS)
def home() -> Page:
    """All accounts, or those of one role."""
    wanted = request.args.get("role", "")
    role = Role(wanted) if wanted in set(Role) else None
    return render_template(
        "admin/accounts.html",
        accounts=views.everyone(current.reader(), current.office().clock(), role),
        role=role,
        roles=[("", _("全部")), *((each.value, term(each)) for each in Role)],
        states=AccountState,
    )


@blueprint.get("/accounts/new")
@allow(Action.MANAGE_ACCOUNTS)
def new() -> Page:
    """The form for an officer's account."""
    return _form()


@blueprint.post("/accounts")
@allow(Action.MANAGE_ACCOUNTS)
def create() -> Page:
    """Make an officer's account and show its card, this once: the code is kept nowhere."""
    current.close_reader()
    try:
        login = forms.text("login", _("登录名"))
        name = forms.text("name", _("姓名"))
        role = Role(forms.choice("role", _("角色"), OFFICERS))
        issued = accounts.create(current.office(), current.actor(), login, name, role)
    except RuleBroken as refusal:
        return _form({"field": "login", "message": refusal.message}), 422
    except InvalidInput as refusal:
        return _form(*({"message": forms.said(p)} for p in refusal.problems)), 422
    return _card(issued)


@blueprint.post("/cards.pdf")
@allow(Action.MANAGE_ACCOUNTS)
def paper() -> Response:
    """The card just shown, for the printer."""
    return cards.paper()


@blueprint.post("/accounts/<int:account_id>/devices/<int:device>/revoke")
@allow(Action.REVOKE_EXPERT)
def revoke_device(account_id: int, device: int) -> Response:
    """End one session of the account at once."""
    current.close_reader()
    devices.revoke(current.office(), current.actor(), account_id, device)
    flash(_("已收回这台设备的登录；它的下一次操作会被告知。"), "success")
    return _back(account_id)


@blueprint.get("/accounts/<int:account_id>")
@allow(Action.MANAGE_ACCOUNTS)
def show(account_id: int) -> Page:
    """One account and what can be done about it."""
    viewer = current.viewer()
    return render_template(
        "admin/account.html",
        account=_account(account_id),
        states=AccountState,
        devices=sessions.of_account(current.reader(), account_id, current.office().clock()),
        own=viewer is not None and viewer.account_id == account_id,
    )


@blueprint.post("/accounts/<int:account_id>/code")
@allow(Action.MANAGE_ACCOUNTS)
def issue_code(account_id: int) -> Page:
    """Issue a new code and show its card, this once."""
    current.close_reader()
    return _card(accounts.issue_code(current.office(), current.actor(), account_id))


@blueprint.post("/accounts/<int:account_id>/disable")
@allow(Action.MANAGE_ACCOUNTS)
def disable(account_id: int) -> Response:
    """Bar the account, with a reason."""
    _with_reason(accounts.disable, account_id)
    flash(_("账号已停用，该账号的登录已全部退出。"), "success")
    return _back(account_id)


@blueprint.post("/accounts/<int:account_id>/enable")
@allow(Action.MANAGE_ACCOUNTS)
def enable(account_id: int) -> Response:
    """Let the account in again, with a reason."""
    _with_reason(accounts.enable, account_id)
    flash(_("账号已启用。"), "success")
    return _back(account_id)


@blueprint.post("/accounts/<int:account_id>/revoke")
@allow(Action.MANAGE_ACCOUNTS)
def revoke(account_id: int) -> Response:
    """End all sessions of the account at once."""
    current.close_reader()
    ended = accounts.revoke(current.office(), current.actor(), account_id)
    flash(_("已强制退出 {ended} 处登录。").format(ended=ended), "success")
    return _back(account_id)


def _with_reason(act: Callable[[Office, Actor, int, str], None], account_id: int) -> None:
    current.close_reader()
    act(current.office(), current.actor(), account_id, forms.text("reason", _("理由"), most=500))


def _account(account_id: int) -> AccountView:
    found = views.one(current.reader(), current.office().clock(), account_id)
    if found is None:
        raise NotFound("no such account")
    return found


def _form(*errors: dict[str, str]) -> str:
    return render_template(
        "admin/account_new.html",
        errors=errors,
        officers=[(role.value, term(role)) for role in OFFICERS],
        given=request.form,
    )


def _card(issued: IssuedCode) -> str:
    return render_template("admin/card.html", account_id=issued.account_id, cards=cards.of([issued]))


def _back(account_id: int) -> Response:
    return redirect(url_for("admin_accounts.show", account_id=account_id), 303)
