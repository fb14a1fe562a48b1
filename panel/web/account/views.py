"""Signing in and out, activating an account, changing the password, choosing the language."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from panel.errors import InvalidInput, RuleBroken
from panel.language import LOCALES, _
from panel.rules import devices
from panel.rules.permissions import Action, Role
from panel.services import accounts, sign_ins
from panel.web import access, current, forms, known_devices
from panel.web.access import allow, locked_too, public

blueprint = Blueprint("account", __name__)

HOMES = {
    Role.EXPERT: "expert_queue.home",
    Role.SECRETARY: "secretary_rounds.home",
    Role.INSPECTOR: "inspector_log.home",
    Role.ADMINISTRATOR: "admin_accounts.home",
}

MAX_LOGIN = 100

Page = str | Response | tuple[str, int]


@blueprint.get("/")
@allow(Action.USE_OWN_ACCOUNT)
def home() -> Response:
    """The first page of one's role."""
    return redirect(url_for(HOMES[Role(str(current.actor().role))]), 303)


@blueprint.get("/sign-in")
@public
def sign_in_form() -> Page:
    """The form to sign in."""
    if current.viewer() is not None:
        return redirect(_target(), 303)
    return render_template("account/sign_in.html", next=request.args.get("next", ""), ended=access.ended())


@blueprint.post("/sign-in")
@public
def sign_in() -> Page:
    """Begin a session, and go where the person wanted to go."""
    login = ""
    try:
        login = forms.text("login", _("登录名"), most=MAX_LOGIN)
        token = sign_ins.sign_in(
            current.office(),
            login,
            forms.secret("password"),
            ip=request.remote_addr or "",
            request=g.request_id,
            device=_device(),
            known=known_devices.known(),
        )
    except (RuleBroken, InvalidInput) as refusal:
        page = render_template(
            "account/sign_in.html",
            login=login,
            problem=_sentence(refusal),
            next=request.form.get("next", ""),
            ended=None,
        )
        return page, 422
    return _begin(token)


@blueprint.post("/sign-out")
@locked_too
@allow(Action.USE_OWN_ACCOUNT)
def sign_out() -> Response:
    """End the session on the server and forget the cookie."""
    sign_ins.sign_out(current.office(), current.actor(), access.token())
    access.end()
    return redirect(url_for("account.sign_in_form"), 303)


@blueprint.get("/activate")
@public
def activate_form() -> Page:
    """The form for the code of a card."""
    return render_template("account/activate.html")


@blueprint.post("/activate")
@public
def activate() -> Page:
    """First the code, then whose it is, and a PIN or password of one's own; an expert is then signed in."""
    code, secret = request.form.get("activation", "")[:MAX_LOGIN], forms.secret("password")
    asked = {"ip": request.remote_addr or "", "request": g.request_id}
    holder = None
    try:
        holder = accounts.holder(current.office(), code, **asked)
        if "password" not in request.form:
            return render_template("account/choose.html", activation=code, holder=holder)
        if secret != forms.secret("again"):
            raise RuleBroken("passwords_differ", _("两次输入的密码不一致。"))
        login = accounts.activate(current.office(), code, secret, **asked)
    except (RuleBroken, InvalidInput) as refusal:
        page = "account/choose.html" if holder else "account/activate.html"
        problem, field = _sentence(refusal), _field(refusal)
        return render_template(page, activation=code, holder=holder, problem=problem, field=field), 422
    if holder.role is Role.EXPERT:
        return _begin(sign_ins.sign_in(current.office(), login, secret, device=_device(), **asked))
    flash(_("账号已激活。您的登录名是 {login}，请登录。").format(login=login), "success")
    return redirect(url_for("account.sign_in_form"), 303)


@blueprint.get("/account/password")
@allow(Action.USE_OWN_ACCOUNT)
def password_form() -> Page:
    """The form to change one's password."""
    return render_template("account/password.html")


@blueprint.post("/account/password")
@allow(Action.USE_OWN_ACCOUNT)
def password() -> Page:
    """Change one's password; every session ends, so one signs in again."""
    try:
        new = forms.secret("password")
        if new != forms.secret("again"):
            raise RuleBroken("passwords_differ", _("两次输入的密码不一致。"))
        accounts.change_password(current.office(), current.actor(), forms.secret("current"), new)
    except (RuleBroken, InvalidInput) as refusal:
        page = render_template("account/password.html", problem=_sentence(refusal), field=_field(refusal))
        return page, 422
    access.end()
    flash(_("密码已更改，其他设备上的登录已全部退出，请重新登录。"), "success")
    return redirect(url_for("account.sign_in_form"), 303)


@blueprint.post("/language")
@public
def language() -> Response:
    """Choose the language of the pages."""
    locale = request.form.get("locale", "")
    if locale in LOCALES:
        session["locale"] = locale
    return redirect(_target(), 303)


def _target() -> str:
    return forms.own_place(request.values.get("next", ""))


def _begin(token: str) -> Response:
    """Begin the cookie's session, and say what happened to one on another device."""
    current.close_reader()
    access.begin(token)
    if sign_ins.replaced_by(current.reader(), token):
        flash(
            _("您在另一台设备上的登录已经结束；在那台设备上填写而尚未同步的内容，仍保留在那台设备上。"),
            "warning",
        )
    return known_devices.remember(redirect(_target(), 303), token)


def _device() -> str:
    return devices.recognised(request.headers.get("User-Agent", "")).code


def _field(refusal: RuleBroken | InvalidInput) -> str:
    """Where the cursor belongs to mend it."""
    if isinstance(refusal, InvalidInput) or refusal.code == "passwords_differ":
        return "password"
    return "current" if refusal.code == "password_wrong" else "activation"


def _sentence(refusal: RuleBroken | InvalidInput) -> str:
    if isinstance(refusal, RuleBroken):
        return refusal.message
    return _("；").join(map(forms.said, refusal.problems))
