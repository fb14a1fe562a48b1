"""An expert's devices (设备): a lost one is shut out at once, a second one allowed, a card renewed."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from panel.errors import InvalidInput, NotFound, RuleBroken
from panel.language import _
from panel.queries import devices as views
from panel.queries import panelists as seats
from panel.queries.panelists import PoolExpert
from panel.rules.permissions import Action
from panel.services import accounts, devices
from panel.services import cards as renewals
from panel.web import cards, current, forms
from panel.web.access import allow
from panel.web.secretary import desk

blueprint = Blueprint(
    "secretary_devices", __name__, url_prefix="/secretary/rounds/<code>/experts/<number>/devices"
)

Page = str | Response | tuple[str, int]


@blueprint.get("")
@allow(Action.SEE_DEVICES)
def index(code: str, number: str) -> str:
    """Where the expert is signed in, and what can be done about it."""
    return _page(number)


@blueprint.post("/<int:device>/revoke")
@allow(Action.REVOKE_EXPERT)
def revoke(code: str, number: str, device: int) -> Response:
    """End one session at once: the tablet is lost."""
    account_id = _account(number)
    current.close_reader()
    devices.revoke(current.office(), current.actor(), account_id, device)
    flash(_("已收回这台设备的登录；它的下一次操作会被告知。"), "success")
    return redirect(url_for("secretary_devices.index", code=code, number=number), 303)


@blueprint.post("/revoke")
@allow(Action.REVOKE_EXPERT)
def revoke_all(code: str, number: str) -> Response:
    """End all sessions at once."""
    account_id = _account(number)
    current.close_reader()
    ended = accounts.revoke(current.office(), current.actor(), account_id)
    flash(_("已收回 {count} 处登录。").format(count=ended), "success")
    return redirect(url_for("secretary_devices.index", code=code, number=number), 303)


@blueprint.post("/allow")
@allow(Action.ALLOW_DEVICES)
def allowed(code: str, number: str) -> Page:
    """Let the expert be signed in on more than one device, or on one again."""
    account_id = _account(number)
    current.close_reader()
    try:
        count = forms.number("devices", _("设备数量"), least=1, most=devices.MOST)
        reason = forms.text("reason", _("理由"), most=500)
        devices.allow(current.office(), current.actor(), account_id, count, reason)
    except InvalidInput as refusal:
        return _page(number, desk.errors(refusal, {_("理由"): "reason", _("设备数量"): "devices"})), 422
    flash(_("已设定，同时登录的设备最多 {count} 台。").format(count=count), "success")
    return redirect(url_for("secretary_devices.index", code=code, number=number), 303)


@blueprint.post("/card")
@allow(Action.ISSUE_EXPERT_CODE)
def renew(code: str, number: str) -> Page:
    """A new card for one who had one before; this page alone shows it."""
    current.close_reader()
    try:
        reason = forms.text("card_reason", _("换卡理由"), most=500)
        issued = renewals.renew(current.office(), current.actor(), number, reason)
    except InvalidInput as refusal:
        return _page(number, desk.errors(refusal, {_("换卡理由"): "card_reason"})), 422
    except RuleBroken as refusal:
        return _page(number, [{"field": "card_reason", "message": refusal.message}]), 409
    return desk.page("secretary/cards.html", cards=cards.of([issued], current.round_().title), count=1)


def _expert(number: str) -> PoolExpert:
    pool = seats.pool(current.reader(), current.round_().id, current.office().clock())
    found = next((one for one in pool if one.plain.number == number), None)
    if found is None:
        raise NotFound("no such expert")
    return found


def _account(number: str) -> int:
    account_id = _expert(number).account_id
    if account_id is None:
        raise NotFound("no account")
    return account_id


def _page(number: str, problems: list[dict[str, str]] | None = None) -> str:
    expert, account_id = _expert(number), _account(number)
    return desk.page(
        "secretary/devices.html",
        expert=expert,
        keyring=views.keyring(current.reader(), account_id),
        devices=views.of_account(current.reader(), account_id, current.office().clock()),
        most=devices.MOST,
        problems=problems,
        typed=request.form,
    )
