"""Workbooks (申报工作簿, 专家名册) taken in: received for a preview, then taken over, all rows or none.

ID numbers leave this module only as keyed hashes. Until a workbook is taken over or dropped it is kept
encrypted, because it still holds them.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete
from sqlmodel import Session, col, select

from panel import tables
from panel.audit import seals
from panel.audit.events import FileDropped, FileImported, FileReceived
from panel.documents import applications as application_book
from panel.documents import experts as expert_book
from panel.documents.sandbox import Limits
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken
from panel.language import _
from panel.queries import applications, experts
from panel.rules.applications import Application, Studio, Track
from panel.rules.criteria import Policy
from panel.rules.experts import Expert
from panel.rules.imports import ImportKind
from panel.rules.permissions import Action, Role
from panel.services import accounts
from panel.services.accounts import IssuedCode
from panel.services.office import Actor, Change, Office
from panel.services.rounds import locked

IDENTITY_LABEL = b"pingshen/identity/v1\0"
KEEPING_LABEL = b"pingshen/import/v1"
LONGEST_NAME = 120
_NONCE_BYTES = 12

Entry = TypeVar("Entry", Application, Studio, Expert)


@dataclass(frozen=True, slots=True)
class Preview:
    """What taking a workbook over would do, by number."""

    kind: ImportKind
    applications: Mapping[Track, tuple[str, ...]]
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    """Studios of the register, or experts of the pool."""

    @property
    def rows(self) -> int:
        """How many things the workbook holds."""
        return sum(map(len, (*self.applications.values(), self.new, self.changed, self.unchanged)))


@dataclass(frozen=True, slots=True)
class Received:
    """A workbook as it was received: with a preview, or with everything that is wrong with it."""

    import_id: int
    digest: str
    preview: Preview | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """A workbook as it was taken over; `codes` are the new experts' one-time codes, if asked for."""

    preview: Preview
    codes: tuple[IssuedCode, ...] = ()


@dataclass(frozen=True, slots=True)
class _Intake:
    """What a workbook says, without ID numbers."""

    kind: ImportKind
    applications: tuple[Application, ...] = ()
    studios: tuple[Studio, ...] = ()
    experts: tuple[Expert, ...] = ()


def template(office: Office, kind: ImportKind) -> bytes:
    """The empty workbook of that kind, with the criteria of the policy in force."""
    return template_of(office.policy, kind)


def template_of(policy: Policy, kind: ImportKind) -> bytes:
    """The empty workbook of that kind, with the criteria of `policy`."""
    if kind is ImportKind.APPLICATIONS:
        return application_book.template(criteria(policy))
    return expert_book.template()


def criteria(policy: Policy) -> application_book.Criteria:
    """The criteria on which an application makes a statement, by track."""
    return {
        track: [(criterion.id, criterion.name.zh) for criterion in rules.criteria]
        for track, rules in policy.tracks.items()
    }


def identity_key(office: Office, number: str) -> str:
    """The keyed hash under which an ID number is known; nothing for no number."""
    key = office.settings.identity_key.get_secret_value().encode()
    return hmac.new(key, IDENTITY_LABEL + number.encode(), hashlib.sha256).hexdigest() if number else ""


# Receiving, and what becomes of it


def receive(
    office: Office, actor: Actor, round_code: str, kind: ImportKind, file_name: str, data: bytes
) -> Received:
    """Read a workbook for a preview and keep it; with any problem in it, list them all and keep nothing."""
    with office.reading() as session:
        round_id = _round_id(session, round_code)
        known = _known_studios(session, round_id)
    intake, problems = _tried(office, kind, data, known)
    with office.change(actor, FileReceived) as change:
        round_ = locked(change, round_code)
        change.permit(Action.IMPORT, round_)
        _forget_waiting(change, round_.id, kind)
        if intake is not None:
            problems = tuple(_clashes(change.session, round_.id, intake))
        digest = seals.file_digest(data)
        row = tables.Import(
            round_id=round_.id,
            kind=kind,
            file_name=_clean_name(file_name),
            digest=digest,
            size=len(data),
            content=b"" if problems else _sealed(office, data, digest),
            received_at=change.now,
            problems=len(problems),
        )
        change.session.add(row)
        change.session.flush()
        change.record(
            FileReceived(kind=kind, digest=digest, size=len(data), problems=len(problems)),
            subject=row.id,
            round_id=round_.id,
        )
        preview = None if problems or intake is None else _preview(change.session, round_.id, intake)
        return Received(row.id, digest, preview, problems)


def preview(office: Office, import_id: int) -> Preview:
    """What taking the waiting workbook over would do now."""
    intake = _waiting_intake(office, import_id)
    with office.reading() as session:
        return _preview(session, _waiting(session, import_id).round_id, intake)


def apply(office: Office, actor: Actor, import_id: int, *, codes: bool = False) -> Applied:
    """Take a waiting workbook over: all of it, or nothing and every problem named."""
    intake = _waiting_intake(office, import_id)
    with office.change(actor, FileImported) as change:
        round_ = _round_of(change, import_id, whole_pool=intake.kind is ImportKind.EXPERTS)
        change.permit(Action.IMPORT, round_)
        row = _waiting(change.session, import_id)
        problems = tuple(_clashes(change.session, round_.id, intake))
        if problems:
            raise InvalidInput(*problems)
        found = _preview(change.session, round_.id, intake)
        issued = _take_over(change, round_.id, intake, codes=codes)
        row.content, row.applied_at, row.rows = b"", change.now, found.rows
        change.session.add(row)
        change.record(
            FileImported(kind=row.kind, digest=row.digest, rows=found.rows),
            subject=row.id,
            round_id=round_.id,
        )
        return Applied(found, issued)


def drop(office: Office, actor: Actor, import_id: int) -> None:
    """Forget a waiting workbook, at any stage; that it was received stays on record."""
    with office.change(actor, FileDropped) as change:
        change.permit(Action.DROP_IMPORT, _round_of(change, import_id))
        _forget(change, _waiting(change.session, import_id))


def read_file(
    office: Office, actor: Actor, round_code: str, kind: ImportKind, file: Path, *, codes: bool = False
) -> Applied:
    """Receive a workbook from the disk and take it over at once; `InvalidInput` lists every problem in it."""
    try:
        with file.open("rb") as opened:
            data = opened.read(Limits().file_bytes + 1)
    except OSError as error:
        raise InvalidInput(
            Problem(str(file), "", _("文件无法读取：{why}。").format(why=error.strerror))
        ) from None
    received = receive(office, actor, round_code, kind, file.name, data)
    if received.problems:
        raise InvalidInput(*received.problems)
    return apply(office, actor, received.import_id, codes=codes)


# Reading


def _tried(
    office: Office, kind: ImportKind, data: bytes, known: Iterable[str]
) -> tuple[_Intake | None, tuple[Problem, ...]]:
    try:
        return _read(office, kind, data, known), ()
    except InvalidInput as error:
        return None, error.problems


def _read(office: Office, kind: ImportKind, data: bytes, known: Iterable[str]) -> _Intake:
    """The workbook as plain values. It is parsed in a process of its own, and never inside a transaction."""
    if kind is ImportKind.EXPERTS:
        pool = expert_book.read(data)
        _refuse_doubles((read.expert.number, read.identity) for read in pool)
        keyed = (replace(read.expert, identity_key=identity_key(office, read.identity)) for read in pool)
        return _Intake(kind, experts=tuple(keyed))
    book = application_book.read(data, criteria(office.policy), set(known))
    return _Intake(
        kind,
        tuple(
            replace(read.application, master_key=identity_key(office, read.master_id))
            for read in book.applications
        ),
        tuple(replace(read.studio, master_key=identity_key(office, read.master_id)) for read in book.studios),
    )


def _refuse_doubles(people: Iterable[tuple[str, str]]) -> None:
    """One person stands in the pool once: with two numbers there would be two votes."""
    first: dict[str, str] = {}
    problems = []
    for number, identity in people:
        if identity and identity in first:
            remedy = _("身份证号与 {other} 相同。同一人只能有一个专家编号。").format(other=first[identity])
            problems.append(Problem(_("专家 {number}").format(number=number), "", remedy))
        first.setdefault(identity, number)
    if problems:
        raise InvalidInput(*problems)


def _waiting_intake(office: Office, import_id: int) -> _Intake:
    """The waiting workbook, read again from the bytes that were kept."""
    with office.reading() as session:
        row = _waiting(session, import_id)
        known = _known_studios(session, row.round_id)
    return _read(office, ImportKind(row.kind), _opened(office, row), known)


def _known_studios(session: Session, round_id: int) -> set[str]:
    """The numbers that a project may name as its studio: registered, or entered by an earlier workbook."""
    entered = applications.plain(session, round_id).values()
    registered = applications.studios(session, round_id)
    return {a.number for a in entered if a.track is Track.STUDIO} | registered.keys()


# What stands against taking it over, and what it would do


def _clashes(session: Session, round_id: int, intake: _Intake) -> Iterator[Problem]:
    if intake.kind is ImportKind.EXPERTS:
        yield from _expert_clashes(session, intake.experts)
        return
    entered = applications.plain(session, round_id)
    registered = applications.studios(session, round_id)
    for application in intake.applications:
        where = _("“申报”表 申报编号 {number}").format(number=application.number)
        if application.number in entered:
            remedy = _("本批次已有这项申报，不能重复导入。如需改动，请打开该申报作更正并写明理由。")
            yield Problem(where, application.number, remedy)
        elif application.number in registered:
            yield Problem(where, application.number, _("这个编号已用于已有工作室，请换一个编号。"))
    for studio in intake.studios:
        if studio.number in entered:
            where = _("“已有工作室”表 工作室编号 {number}").format(number=studio.number)
            yield Problem(where, studio.number, _("这个编号已用于本批次的申报，请换一个编号。"))


def _expert_clashes(session: Session, pool: Iterable[Expert]) -> Iterator[Problem]:
    known = experts.plain(session)
    keys = {expert.identity_key: expert.number for expert in known.values() if expert.identity_key}
    numbers = {expert.number for expert in known.values()}
    officers = session.exec(select(tables.Account.login).where(tables.Account.role != Role.EXPERT))
    logins = {login.upper() for login in officers}
    for expert in pool:
        where = _("“专家”表 专家编号 {number}").format(number=expert.number)
        other = keys.get(expert.identity_key, expert.number)
        if other != expert.number:
            remedy = _("身份证号与名册中的 {other} 相同。同一人只能有一个专家编号。").format(other=other)
            yield Problem(where, expert.number, remedy)
        if expert.number not in numbers and expert.number in logins:
            yield Problem(where, expert.number, _("这个编号已是其他账号的登录名，请换一个编号。"))


def _preview(session: Session, round_id: int, intake: _Intake) -> Preview:
    if intake.kind is ImportKind.EXPERTS:
        known = {expert.number: expert for expert in experts.plain(session).values()}
        return Preview(intake.kind, {}, *_compared(intake.experts, known, _with_key))
    tracks = {track: tuple(a.number for a in intake.applications if a.track is track) for track in Track}
    registered = applications.studios(session, round_id)
    return Preview(intake.kind, tracks, *_compared(intake.studios, registered, _with_master))


def _compared(
    read: Iterable[Entry], known: Mapping[str, Entry], kept: Callable[[Entry, Entry], Entry]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    new, changed, unchanged = [], [], []
    for entry in read:
        before = known.get(entry.number)
        if before is None:
            new.append(entry.number)
        elif kept(entry, before) == before:
            unchanged.append(entry.number)
        else:
            changed.append(entry.number)
    return tuple(new), tuple(changed), tuple(unchanged)


def _with_key(expert: Expert, before: Expert) -> Expert:
    """An ID number left out does not take away the one on file."""
    return expert if expert.identity_key else replace(expert, identity_key=before.identity_key)


def _with_master(studio: Studio, before: Studio) -> Studio:
    if studio.master_key:
        return studio
    return replace(studio, master_key=before.master_key, master_last4=before.master_last4)


# Writing


def _take_over(change: Change, round_id: int, intake: _Intake, *, codes: bool) -> tuple[IssuedCode, ...]:
    if intake.kind is ImportKind.APPLICATIONS:
        _enter(change.session, round_id, intake.applications)
        _register(change.session, round_id, intake.studios)
        return ()
    made = _pool(change, intake.experts)
    return tuple(accounts.issue(change, account) for account in made) if codes else ()


def _enter(session: Session, round_id: int, read: Iterable[Application]) -> None:
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


def _register(session: Session, round_id: int, read: Iterable[Studio]) -> None:
    rows = session.exec(select(tables.Studio).where(tables.Studio.round_id == round_id))
    known = {row.number: row for row in rows}
    before = applications.studios(session, round_id)
    for studio in read:
        row = known.get(studio.number)
        if row is None:
            session.add(tables.Studio(round_id=round_id, **asdict(studio)))
        else:
            row.sqlmodel_update(asdict(_with_master(studio, before[studio.number])))
            session.add(row)


def _pool(change: Change, read: Iterable[Expert]) -> list[tables.Account]:
    """Experts new or brought up to date; answers the accounts made for the new ones."""
    session = change.session
    known = {expert.number: expert for expert in experts.plain(session).values()}
    rows = {row.number: row for row in session.exec(select(tables.Expert))}
    made = []
    for expert in read:
        before = known.get(expert.number)
        if before is None:
            made.append(_new_expert(change, expert))
        elif (kept := _with_key(expert, before)) != before:
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


# Waiting workbooks


def _round_id(session: Session, code: str) -> int:
    found = session.exec(select(tables.Round.id).where(tables.Round.code == code)).first()
    if found is None:
        raise NotFound("no such round")
    return found


def _round_of(change: Change, import_id: int, *, whole_pool: bool = False) -> tables.Round:
    """The round of a workbook, held; the pool is every round's, so for experts all are held, in one order."""
    session = change.session
    row = session.get(tables.Import, import_id)
    if row is None:
        raise NotFound("no such file")
    held = select(tables.Round).order_by(col(tables.Round.id)).with_for_update()
    rounds = session.exec(held if whole_pool else held.where(tables.Round.id == row.round_id))
    return next(round_ for round_ in rounds.all() if round_.id == row.round_id)


def _waiting(session: Session, import_id: int) -> tables.Import:
    """A workbook that was neither taken over nor dropped, as it stands now."""
    row = session.get(tables.Import, import_id, populate_existing=True)
    if row is None or row.problems:
        raise NotFound("no such file is waiting")
    if not row.content:
        raise RuleBroken("file_settled", _("这个文件已经导入或者放弃，不能再次处理。"))
    return row


def _forget_waiting(change: Change, round_id: int, kind: ImportKind) -> None:
    """A new upload takes the place of the one that still waits."""
    waiting = change.session.exec(
        select(tables.Import).where(
            tables.Import.round_id == round_id, tables.Import.kind == kind, col(tables.Import.content) != b""
        )
    )
    for row in waiting:
        _forget(change, row)


def _forget(change: Change, row: tables.Import) -> None:
    row.content = b""
    change.session.add(row)
    change.record(FileDropped(kind=row.kind, digest=row.digest), subject=row.id, round_id=row.round_id)


def _clean_name(name: str) -> str:
    """The file's own name without folders and without characters that cannot be seen."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()
    return seen[-LONGEST_NAME:] or _("未命名.xlsx")


def _key(office: Office) -> bytes:
    secret = office.settings.secret_key.get_secret_value().encode()
    return HKDF(SHA256(), 32, salt=None, info=KEEPING_LABEL).derive(secret)


def _sealed(office: Office, data: bytes, digest: str) -> bytes:
    """The workbook encrypted, and bound to the digest under which it is known."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(_key(office)).encrypt(nonce, data, digest.encode())


def _opened(office: Office, row: tables.Import) -> bytes:
    nonce, sealed = row.content[:_NONCE_BYTES], row.content[_NONCE_BYTES:]
    try:
        return AESGCM(_key(office)).decrypt(nonce, sealed, row.digest.encode())
    except InvalidTag:
        raise RuleBroken("file_unreadable", _("保存的文件已无法读取，请重新上传。")) from None
