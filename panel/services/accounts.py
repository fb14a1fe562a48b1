"""Accounts: made once with one role, activated by a one-time code, disabled, never deleted."""

from __future__ import annotations

import getpass
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, or_, select, update
from sqlmodel.sql.expression import SelectOfScalar

from panel.audit.events import (
    AccountActivated,
    AccountCreated,
    AccountDisabled,
    AccountEnabled,
    AccountReset,
    CodeIssued,
    PasswordChanged,
    Refused,
    Said,
    SessionGuessed,
    SessionsRevoked,
)
from panel.audit.seals import credential_digest
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken
from panel.language import _
from panel.rules import pins
from panel.rules.devices import Ending
from panel.rules.permissions import Action, Role
from panel.services import attempts
from panel.services.credentials import code_hash, hash_password, new_code, password_fits
from panel.services.office import Actor, Change, Office, log_id
from panel.tables import Account, ActivationCode, Expert, SignIn

MIN_PASSWORD = 10
MAX_PASSWORD = 200
MAX_NAME = 50
CODE_LIFE = timedelta(days=14)
_LOGIN = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{1,39}")


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A one-time code as it is handed over on paper; it is not kept in clear."""

    account_id: int
    login: str
    name: str
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose one-time code it is: shown before a PIN or a password is chosen with it."""

    login: str
    name: str
    role: Role


def normal_login(typed: str) -> str:
    """A login as typed, without blanks around it and full-width letters."""
    return unicodedata.normalize("NFKC", typed).strip()


def by_login(session: Session, login: str) -> Account | None:
    """The account of that login; capital and small letters are not told apart."""
    same = or_(Account.login == login, func.lower(col(Account.login)) == login.lower())
    return session.exec(select(Account).where(same)).first()


def actor_of(office: Office, login: str) -> Actor:
    """The account that a command acts for."""
    with office.reading() as session:
        account = by_login(session, normal_login(login))
        if account is None or account.disabled:
            raise RuleBroken("account_unknown", _("没有登录名为“{login}”的可用账号。").format(login=login))
        return Actor(log_id(account.id), Role(account.role), account.id, account.expert_id)


def first_administrator(office: Office, login: str, name: str) -> IssuedCode:
    """The account with which an installation begins; a new code for it as long as nobody has activated it."""
    actor = Actor(f"os-{getpass.getuser()}", None)
    login, name = _checked(login, name)
    with office.change(actor, AccountCreated) as change:
        there = change.session.exec(select(Account).where(Account.role == Role.ADMINISTRATOR)).all()
        if any(account.password_hash or account.login != login for account in there):
            raise RuleBroken("administrator_exists", _("系统管理员账号已经设立，不能重复设立。"))
        return issue(change, there[0] if there else add(change, login, name, Role.ADMINISTRATOR))


def reset_administrator(office: Office, login: str) -> IssuedCode:
    """A new code for an administrator who cannot sign in any more: only from a shell of the server.

    The old password ends with it, and so do all sessions. Everybody else is reset by an administrator.
    """
    actor = Actor(f"os-{getpass.getuser()}", None)
    with office.change(actor, CodeIssued) as change:
        account = by_login(change.session, normal_login(login))
        if account is None:
            raise RuleBroken("account_unknown", _("没有登录名为“{login}”的可用账号。").format(login=login))
        if account.role != Role.ADMINISTRATOR:
            raise RuleBroken("not_administrator", _("这里只能重置系统管理员；其他账号由系统管理员重置。"))
        if account.disabled:
            raise RuleBroken("account_disabled", _("账号已停用，请先启用。"))
        account.password_hash = ""
        change.session.add(account)
        ended = end_sessions(change, account.id, Ending.CREDENTIAL)
        change.record(AccountReset(sessions=ended), subject=log_id(account.id))
        return issue(change, account)


def create(office: Office, actor: Actor, login: str, name: str, role: Role) -> IssuedCode:
    """Make an account for an officer; experts' accounts come from their import."""
    login, name = _checked(login, name)
    with office.change(actor, AccountCreated) as change:
        change.permit(Action.MANAGE_ACCOUNTS)
        if role is Role.EXPERT:
            raise RuleBroken("expert_by_import", _("专家账号由导入专家名册产生。"))
        return issue(change, add(change, login, name, role))


def add(change: Change, login: str, name: str, role: Role, expert: Expert | None = None) -> Account:
    """Put a new account into a running change; an expert's account belongs to that expert for good."""
    if by_login(change.session, login) is not None:
        raise RuleBroken("login_taken", _("登录名“{login}”已被使用，请换一个。").format(login=login))
    account = Account(login=login, name=name, role=role, created_at=change.now)
    account.expert_id = expert.id if expert else None
    change.session.add(account)
    change.session.flush()
    belongs_to = expert.number if expert else ""
    change.record(AccountCreated(role=role, expert=belongs_to), subject=log_id(account.id))
    return account


def issue(change: Change, account: Account) -> IssuedCode:
    """Issue a one-time code in a running change; earlier codes become void."""
    change.session.exec(
        update(ActivationCode)
        .where(col(ActivationCode.account_id) == account.id, col(ActivationCode.used_at).is_(None))
        .values(expires_at=change.now)
    )
    code, expires = new_code(), change.now + CODE_LIFE
    change.session.add(
        ActivationCode(
            account_id=account.id, code_hash=code_hash(code), issued_at=change.now, expires_at=expires
        )
    )
    change.record(CodeIssued(), subject=log_id(account.id))
    return IssuedCode(account.id, account.login, account.name, code, expires)


def issue_code(office: Office, actor: Actor, account_id: int) -> IssuedCode:
    """Issue a one-time code: the secretary to experts who never had one used, the administrator to others."""
    with office.change(actor, CodeIssued) as change:
        account = _account(change.session, account_id)
        first = account.role == Role.EXPERT and not account.password_hash
        change.permit(Action.ISSUE_EXPERT_CODE if first else Action.MANAGE_ACCOUNTS)
        if account.disabled:
            raise RuleBroken("account_disabled", _("账号已停用，请先启用。"))
        return issue(change, account)


def holder(office: Office, code: str, *, ip: str = "", request: str = "") -> Holder:
    """Whose code this is; whoever tries codes is stopped as one who tries passwords."""
    anonymous = Actor("anonymous", None, ip=ip, request=request)
    limits = attempts.limits(ip)
    with office.reading() as session:
        exhausted = attempts.too_many(session, limits, office.clock())
        usable = session.exec(_usable(code, office.clock())).first()
        account = _account(session, usable.account_id) if usable else None
    if exhausted:
        office.refuse(anonymous, AccountActivated.act, refusal := attempts.later())
        raise refusal
    if account is None:
        raise attempts.fail(office, anonymous, limits, AccountActivated.act, _code_unknown())
    return Holder(account.login, account.name, Role(account.role))


def activate(office: Office, code: str, password: str, *, ip: str = "", request: str = "") -> str:
    """Choose a PIN or a password with a one-time code; answers the login. Old secret and sessions end."""
    check_secret(password, Role.EXPERT)  # before anything is asked of the store
    check_secret(password, holder(office, code, ip=ip, request=request).role)
    anonymous = Actor("anonymous", None, ip=ip, request=request)
    hashed = hash_password(password)
    with office.change(anonymous, AccountActivated) as change:
        found = change.session.exec(_usable(code, change.now).with_for_update()).first()
        if found is None:
            raise _code_unknown()
        account = _account(change.session, found.account_id)
        if account.disabled:
            raise RuleBroken("account_disabled", _("账号已停用，请联系评审组秘书。"))
        found.used_at = change.now
        _choose(account, password, hashed)
        change.session.add_all([found, account])
        end_sessions(change, found.account_id, Ending.CREDENTIAL)
        change.actor = Actor(log_id(account.id), Role(account.role), account.id, ip=ip, request=request)
        change.record(AccountActivated(credential=credential_digest(hashed)), subject=log_id(account.id))
        return account.login


def change_password(office: Office, actor: Actor, current: str, new: str) -> None:
    """Change one's own password; all sessions end, this one too."""
    check_secret(new, actor.role)
    ask(office, actor, current, PasswordChanged.act, _("当前密码不正确。"))
    hashed = hash_password(new)
    with office.change(actor, PasswordChanged) as change:
        change.permit(Action.USE_OWN_ACCOUNT)
        account = _account(change.session, actor.account_id)
        _choose(account, new, hashed)
        change.session.add(account)
        end_sessions(change, account.id, Ending.CREDENTIAL)
        change.record(PasswordChanged(credential=credential_digest(hashed)), subject=log_id(account.id))


def confirm_password(office: Office, actor: Actor, password: str, tried: str) -> None:
    """Ask for the password again before a step that cannot be taken back; a wrong one is logged."""
    ask(office, actor, password, tried, _("密码不正确，操作未执行。"))


def disable(office: Office, actor: Actor, account_id: int, reason: str) -> None:
    """Bar an account from signing in, and end its sessions."""
    with office.change(actor, AccountDisabled) as change:
        change.permit(Action.MANAGE_ACCOUNTS)
        account = _account(change.session, account_id)
        if account.id == actor.account_id:
            raise RuleBroken("own_account", _("不能停用自己的账号。"))
        account.disabled = True
        change.session.add(account)
        end_sessions(change, account_id, Ending.BARRED)
        change.record(AccountDisabled(reason=Said(required(reason))), subject=log_id(account_id))


def enable(office: Office, actor: Actor, account_id: int, reason: str) -> None:
    """Let an account sign in again."""
    with office.change(actor, AccountEnabled) as change:
        change.permit(Action.MANAGE_ACCOUNTS)
        account = _account(change.session, account_id)
        account.disabled = False
        change.session.add(account)
        change.record(AccountEnabled(reason=Said(required(reason))), subject=log_id(account_id))


def revoke(office: Office, actor: Actor, account_id: int) -> int:
    """End every session of an account at once (a lost tablet); answers how many there were."""
    with office.change(actor, SessionsRevoked) as change:
        account = _account(change.session, account_id)
        change.permit(Action.REVOKE_EXPERT if account.role == Role.EXPERT else Action.MANAGE_ACCOUNTS)
        ended = end_sessions(change, account_id, Ending.REVOKED)
        change.record(SessionsRevoked(sessions=ended), subject=log_id(account_id))
        return ended


def end_sessions(change: Change, account_id: int, because: Ending) -> int:
    """End the live sessions of an account in a running change."""
    live = change.session.exec(
        select(SignIn).where(SignIn.account_id == account_id, col(SignIn.ended_at).is_(None))
    ).all()
    for sign_in in live:
        end_session(change, sign_in, because)
    return len(live)


def end_session(change: Change, sign_in: SignIn, because: Ending) -> None:
    """End one session in a running change; its device is told why when it asks for something again."""
    sign_in.ended_at, sign_in.ended_because = change.now, because
    change.session.add(sign_in)


def check_secret(secret: str, role: Role | None) -> None:
    """Refuse what nobody of this role may choose: experts take a PIN, and whoever wants to, a password."""
    if role is not Role.EXPERT or not pins.is_pin(secret):
        check_password(secret)
    elif pins.trivial(secret):
        easy = _("这组数字太容易猜到，请不要用连续、重复或者对称的数字。")
        raise InvalidInput(Problem(_("个人密码"), "", easy))


def check_password(password: str) -> None:
    """Refuse a password that is too short to be worth hashing, or too long to be one."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        allowed = _("请输入 {least} 至 {most} 个字符。").format(least=MIN_PASSWORD, most=MAX_PASSWORD)
        raise InvalidInput(Problem(_("密码"), "", allowed))


def required(reason: str) -> str:
    """A reason, which every decision needs."""
    reason = reason.strip()
    if not reason:
        raise InvalidInput(Problem(_("理由"), "", _("请写明理由。")))
    return reason


def _checked(login: str, name: str) -> tuple[str, str]:
    login, name = normal_login(login), name.strip()
    problems = []
    if not _LOGIN.fullmatch(login):
        allowed = _("请用 2 至 40 个英文字母、数字、点或短横线，以字母或数字开头。")
        problems.append(Problem(_("登录名"), login, allowed))
    if not 0 < len(name) <= MAX_NAME:
        problems.append(Problem(_("姓名"), "", _("请填写，最多 {most} 个字符。").format(most=MAX_NAME)))
    if problems:
        raise InvalidInput(*problems)
    return login, name


def ask(office: Office, actor: Actor, password: str, tried: str, wrong: str) -> None:
    """Go on only if this is the actor's PIN or password.

    Guesses are counted for the session at hand, whatever strangers try at the door: after some of them one
    has to wait, and after a few at a PIN the session ends, and no other one does.
    """
    with office.reading() as session:
        account = _account(session, actor.account_id)
        pin = account.pin_failures is not None
        limits = attempts.at_session(actor.session, pin=pin)
        exhausted = attempts.too_many(session, limits, office.clock())
    if exhausted:
        office.refuse(actor, tried, refusal := attempts.later())
        raise refusal
    if password_fits(password, account.password_hash):
        return
    with office.change(actor, Refused) as change:
        attempts.note(change, limits, tried, refusal := RuleBroken("password_wrong", wrong))
        change.session.flush()
        if pin and attempts.too_many(change.session, limits, change.now):
            _end_guessed(change)
    raise refusal


def _end_guessed(change: Change) -> None:
    """End the session of the actor, who may be anybody with the tablet in hand."""
    mine = SignIn.account_id == change.actor.account_id, col(SignIn.ended_at).is_(None)
    for sign_in in change.session.exec(select(SignIn).where(*mine)):
        if sign_in.token_hash.startswith(change.actor.session):
            end_session(change, sign_in, Ending.GUESSED)
            change.record(SessionGuessed(), subject=change.actor.id)


def _choose(account: Account, secret: str, hashed: str) -> None:
    """Put a newly chosen secret into an account; a PIN begins with no wrong tries."""
    account.password_hash = hashed
    account.pin_failures = account.pin_strangers = 0 if pins.is_pin(secret) else None
    account.pin_locked_at = None


def _usable(code: str, now: datetime) -> SelectOfScalar[ActivationCode]:
    return select(ActivationCode).where(
        ActivationCode.code_hash == code_hash(code),
        col(ActivationCode.used_at).is_(None),
        col(ActivationCode.expires_at) > now,
    )


def _code_unknown() -> RuleBroken:
    return RuleBroken("code_unknown", _("登录码不正确、已使用或已过期，请向评审组秘书领取新的登录码。"))


def _account(session: Session, account_id: int | None) -> Account:
    account = session.get(Account, account_id) if account_id is not None else None
    if account is None:
        raise NotFound("no such account")
    return account
