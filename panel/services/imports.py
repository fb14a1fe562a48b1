"""Workbooks (申报工作簿, 专家名册) taken in: received for a preview, then taken over, all rows or none.

Until a workbook is taken over or dropped it is kept encrypted, because it still holds ID numbers.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlmodel import Session, col, select

from panel import tables
from panel.audit import seals
from panel.audit.events import FileDropped, FileImported, FileReceived
from panel.documents.sandbox import Limits
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken
from panel.language import _
from panel.rules.imports import ImportKind
from panel.rules.permissions import Action
from panel.services import accounts, intakes, registers
from panel.services.accounts import IssuedCode
from panel.services.intakes import Intake, Preview
from panel.services.office import Actor, Change, Office
from panel.services.rounds import locked

KEEPING_LABEL = b"pingshen/import/v1"
LONGEST_NAME = 120
_NONCE_BYTES = 12


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


def receive(
    office: Office, actor: Actor, round_code: str, kind: ImportKind, file_name: str, data: bytes
) -> Received:
    """Read a workbook for a preview and keep it; with any problem in it, list them all and keep nothing."""
    with office.reading() as session:
        round_id = _round_id(session, round_code)
        known = intakes.known_studios(session, round_id)
    intake, problems = _tried(office, kind, data, known)
    with office.change(actor, FileReceived) as change:
        round_ = locked(change, round_code)
        change.permit(Action.IMPORT, round_)
        _forget_waiting(change, round_.id, kind)
        if intake is not None:
            problems = tuple(intakes.clashes(change.session, round_.id, intake))
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
        preview = None if problems or intake is None else intakes.preview(change.session, round_.id, intake)
        return Received(row.id, digest, preview, problems)


def preview(office: Office, import_id: int) -> Preview:
    """What taking the waiting workbook over would do now."""
    intake = _waiting_intake(office, import_id)
    with office.reading() as session:
        return intakes.preview(session, _waiting(session, import_id).round_id, intake)


def apply(office: Office, actor: Actor, import_id: int, *, codes: bool = False) -> Applied:
    """Take a waiting workbook over: all of it, or nothing and every problem named."""
    intake = _waiting_intake(office, import_id)
    with office.change(actor, FileImported) as change:
        round_ = _round_of(change, import_id, whole_pool=intake.kind is ImportKind.EXPERTS)
        change.permit(Action.IMPORT, round_)
        row = _waiting(change.session, import_id)
        problems = tuple(intakes.clashes(change.session, round_.id, intake))
        if problems:
            raise InvalidInput(*problems)
        found = intakes.preview(change.session, round_.id, intake)
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


def _tried(
    office: Office, kind: ImportKind, data: bytes, known: Iterable[str]
) -> tuple[Intake | None, tuple[Problem, ...]]:
    try:
        return intakes.read(office, kind, data, known), ()
    except InvalidInput as error:
        return None, error.problems


def _take_over(change: Change, round_id: int, intake: Intake, *, codes: bool) -> tuple[IssuedCode, ...]:
    if intake.kind is ImportKind.APPLICATIONS:
        registers.enter_applications(change.session, round_id, intake.applications)
        registers.enter_studios(change.session, round_id, intake.studios)
        return ()
    made = registers.enter_experts(change, intake.experts)
    return tuple(accounts.issue(change, account) for account in made) if codes else ()


# Waiting workbooks


def _waiting_intake(office: Office, import_id: int) -> Intake:
    """The waiting workbook, read again from the bytes that were kept."""
    with office.reading() as session:
        row = _waiting(session, import_id)
        known = intakes.known_studios(session, row.round_id)
    return intakes.read(office, ImportKind(row.kind), _opened(office, row), known)


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
