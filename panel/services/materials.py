"""Files of material (申报材料) taken in: received for a preview, then taken over, all files or none.

A file is read and put on the shelf before anything is written in the store: what lies there without a row is
nobody's. Only images of its pages ever leave the house.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from panel import tables
from panel.audit.events import MaterialAdded, MaterialDropped, MaterialReceived, MaterialRemoved, Said
from panel.documents import archives, material_list, pages
from panel.documents.page_sandbox import RefusedPages
from panel.documents.pages import Leaves
from panel.documents.shelves import Shelf, file_digest
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken
from panel.language import N_, _
from panel.queries import materials
from panel.rules.applications import REQUIRED_MATERIALS, Material, Track
from panel.rules.materials import LONGEST_NAME, LONGEST_TITLE, MisnamedFile, NameFault, matched, named, titled
from panel.rules.permissions import Action
from panel.services.accounts import required
from panel.services.office import Actor, Change, Office
from panel.services.rounds import locked
from panel.vocabulary import term

_NAME_REMEDIES = {
    NameFault.TOO_LONG: N_("文件名超过 {most} 个字符。请改短后再上传。"),
    NameFault.CONTROL: N_("文件名含有看不见的字符。请改名后再上传。"),
    NameFault.ENDING: N_("只收 PDF、JPG、PNG 文件。请另存为其中一种后再上传。"),
    NameFault.FORM: N_("文件名应为“申报编号_材料名”，例如 {example}。请改名后再上传。"),
}
BATCH_SECONDS = 180
"""So long the files of one upload may be read, however many they are."""
MOST_FILES = 60
"""So many files an application may have, out or in."""


@dataclass(frozen=True, slots=True)
class Received:
    """An upload as it was received: waiting under its number, or with everything that is wrong with it."""

    batch_id: int
    digest: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    """One file that was read and lies on the shelf."""

    number: str
    title: str
    file_name: str
    digest: str
    size: int
    leaves: Leaves


def shelf(office: Office) -> Shelf:
    """Where this installation keeps its files."""
    return Shelf(office.settings.home)


def template(office: Office, round_code: str) -> bytes:
    """The list of the names that files of this round have by the template."""
    with office.reading() as session:
        rows = session.exec(
            select(tables.Application)
            .join(tables.Round, col(tables.Round.id) == col(tables.Application.round_id))
            .where(tables.Round.code == round_code)
            .order_by(tables.Application.number)
        ).all()
        known = [(row.number, row.unit, Track(row.track)) for row in rows if not row.withdrawn]
    return material_list.made(
        (number, unit, [term(material) for material in REQUIRED_MATERIALS[track]])
        for number, unit, track in known
    )


# Receiving, and what becomes of it


def receive(office: Office, actor: Actor, round_code: str, file_name: str, data: bytes) -> Received:
    """Check a ZIP of files named by the template and keep it waiting; with any problem, keep nothing."""
    files: list[_File] = []
    problems: list[Problem] = []
    try:
        begun = time.monotonic()
        for name, content in archives.unpack(_clean(file_name), data):
            if time.monotonic() - begun > BATCH_SECONDS:
                remedy = _("检查超过 {seconds} 秒，已停止。请分成几个压缩包上传。").format(
                    seconds=BATCH_SECONDS
                )
                problems.append(Problem(_clean(file_name), "", remedy))
                break
            _try(office, name, "", content, files, problems)
    except InvalidInput as refusal:
        problems = list(refusal.problems)
    return _received(office, actor, round_code, file_name, data, files, problems)


def add(
    office: Office, actor: Actor, round_code: str, number: str, file_name: str, data: bytes, title: str = ""
) -> Received:
    """Take a single file over into an application at once; any problem is named, and nothing kept."""
    files: list[_File] = []
    problems: list[Problem] = []
    _try(office, file_name, number, data, files, problems, title)
    received = _received(office, actor, round_code, file_name, data, files, problems)
    if not received.problems:
        apply(office, actor, received.batch_id)
    return received


def _received(
    office: Office,
    actor: Actor,
    round_code: str,
    file_name: str,
    data: bytes,
    files: Sequence[_File],
    problems: Sequence[Problem],
) -> Received:
    digest = file_digest(data)
    with office.change(actor, MaterialReceived) as change:
        round_ = locked(change, round_code)
        change.permit(Action.UPLOAD_MATERIAL, round_)
        known = _applications(change.session, round_.id)
        found = (*problems, *_clashes(change.session, known, files))
        row = tables.MaterialBatch(
            round_id=round_.id,
            file_name=_clean(file_name),
            digest=digest,
            size=len(data),
            received_at=change.now,
            settled_at=change.now if found else None,
            problems=len(found),
        )
        change.session.add(row)
        change.session.flush()
        if not found:
            _wait(change, row.id, known, files)
        change.record(
            MaterialReceived(digest=digest, size=len(data), files=len(files), problems=len(found)),
            subject=row.id,
            round_id=round_.id,
        )
        return Received(row.id, digest, found)


def apply(office: Office, actor: Actor, batch_id: int) -> int:
    """Take a waiting upload over: all its files, or nothing and every problem named."""
    with office.change(actor, MaterialAdded) as change:
        batch, round_ = _waiting(change, batch_id)
        change.permit(Action.UPLOAD_MATERIAL, round_)
        files = _files_of(change.session, batch_id)
        problems = tuple(_overtaken(change.session, files))
        if problems:
            raise InvalidInput(*problems)
        for file, application in files:
            file.added_at = change.now
            change.session.add(file)
            change.record(
                MaterialAdded(
                    file=file.id,
                    digest=file.digest,
                    pages=file.pages,
                    material=file.material,
                    facts=shelf(office).facts(file.digest),
                ),
                subject=application.number,
                round_id=round_.id,
            )
        batch.settled_at, batch.taken = change.now, len(files)
        change.session.add(batch)
        return len(files)


def drop(office: Office, actor: Actor, batch_id: int) -> None:
    """Forget a waiting upload; that it was received stays on record."""
    with office.change(actor, MaterialDropped) as change:
        batch, round_ = _waiting(change, batch_id)
        change.permit(Action.DROP_IMPORT, round_)
        for file, _application in _files_of(change.session, batch_id):
            file.removed_at = change.now
            change.session.add(file)
        batch.settled_at = change.now
        change.session.add(batch)
        change.record(MaterialDropped(digest=batch.digest), subject=batch.id, round_id=round_.id)


def remove(office: Office, actor: Actor, round_code: str, file_id: int, reason: str) -> None:
    """Take a file out of its application; bytes and record stay."""
    reason = required(reason)
    with office.change(actor, MaterialRemoved) as change:
        round_ = locked(change, round_code)
        change.permit(Action.UPLOAD_MATERIAL, round_)
        found = materials.one(change.session, round_.id, file_id)
        if found is None:
            raise NotFound("no such file in this round")
        file, application = found
        file.removed_at = change.now
        change.session.add(file)
        change.record(
            MaterialRemoved(file=file.id, digest=file.digest, reason=Said(reason)),
            subject=application.number,
            round_id=round_.id,
        )


def image(office: Office, round_id: int, file_id: int, number: int) -> bytes:
    """A page as it was handed in, for whoever reviews it."""
    with office.reading() as session:
        found = materials.one(session, round_id, file_id)
        if found is None or materials.page_row(session, file_id, number) is None:
            raise NotFound("no such page in this round")
        digest = found[0].digest
    return shelf(office).image(digest, number)


# Reading


def _try(
    office: Office,
    file_name: str,
    number: str,
    data: bytes,
    files: list[_File],
    problems: list[Problem],
    title: str = "",
) -> None:
    """Read one file; without a `number` its name says which application it belongs to."""
    where = _clean(file_name)
    try:
        if number:
            stem, ending = titled(file_name)
            title = (title.strip() or stem.removeprefix(f"{number}_"))[:LONGEST_TITLE]
        else:
            read = named(file_name)
            number, title, ending = read.number, read.title, read.ending
        files.append(_read(office, number, title, where, ending, data))
    except MisnamedFile as fault:
        remedy = _(_NAME_REMEDIES[fault.fault]).format(most=LONGEST_NAME, example=_("S01_申报报告.pdf"))
        problems.append(Problem(where, "", remedy))
    except RefusedPages as refused:
        problems.append(pages.problem(where, refused))


def _read(office: Office, number: str, title: str, file_name: str, ending: str, data: bytes) -> _File:
    """The file's pages, from the shelf where the same bytes were read before."""
    digest, here = file_digest(data), shelf(office)
    if here.holds(digest):
        leaves = here.leaves(digest)
        pages.refuse_other(leaves.kind, ending)
    else:
        leaves, images = pages.read(data, ending)
        here.put(digest, data, leaves, images)
    return _File(number, title, file_name, digest, len(data), leaves)


def _clean(name: str) -> str:
    """The file's own name without folders and without characters that cannot be seen."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable()).strip()[-LONGEST_NAME:] or _("未命名")


# What stands against taking it over


def _applications(session: Session, round_id: int) -> dict[str, tables.Application]:
    rows = session.exec(select(tables.Application).where(tables.Application.round_id == round_id))
    return {row.number: row for row in rows}


def _clashes(
    session: Session, known: dict[str, tables.Application], files: Sequence[_File]
) -> Iterator[Problem]:
    """Files of no application, twice the same file, and more than an application may have."""
    counted = Counter((file.number, file.digest) for file in files)
    held = _held(session, [known[file.number].id for file in files if file.number in known])
    for file in files:
        row = known.get(file.number)
        if row is None:
            remedy = _("本批次没有编号为 {number} 的申报。请核对文件名开头的申报编号。").format(
                number=file.number
            )
            yield Problem(file.file_name, file.number, remedy)
        elif row.withdrawn:
            yield Problem(file.file_name, file.number, _("这项申报已撤回，不再收材料。"))
        elif counted[file.number, file.digest] > 1:
            yield Problem(file.file_name, "", _("压缩包里有内容相同的另一个文件。请只留一个。"))
        elif (row.id, file.digest) in held:
            yield Problem(file.file_name, "", _("这项申报已有内容完全相同的材料，不必重复上传。"))
    for number, count in Counter(file.number for file in files if file.number in known).items():
        if count + _last_place(session, known[number].id) > MOST_FILES:
            remedy = _("一项申报最多收 {most} 个文件（含已移除的）。请合并后再上传。").format(most=MOST_FILES)
            yield Problem(_("申报 {number}").format(number=number), "", remedy)


def _overtaken(
    session: Session, files: Sequence[tuple[tables.MaterialFile, tables.Application]]
) -> Iterator[Problem]:
    """What has changed since an upload was checked: an application withdrawn, the same file taken over."""
    held = _held(session, [application.id for _file, application in files])
    for file, application in files:
        if application.withdrawn:
            yield Problem(file.file_name, application.number, _("这项申报已撤回，不再收材料。"))
        elif (application.id, file.digest) in held:
            yield Problem(file.file_name, "", _("这项申报已有内容完全相同的材料，不必重复上传。"))


def _held(session: Session, ids: Iterable[int]) -> set[tuple[int, str]]:
    rows = session.exec(
        select(tables.MaterialFile.application_id, tables.MaterialFile.digest).where(
            col(tables.MaterialFile.application_id).in_(list(ids)),
            col(tables.MaterialFile.added_at).is_not(None),
            col(tables.MaterialFile.removed_at).is_(None),
        )
    )
    return set(rows)


def _last_place(session: Session, application_id: int) -> int:
    last = session.exec(
        select(func.max(tables.MaterialFile.place)).where(
            tables.MaterialFile.application_id == application_id
        )
    ).one()
    return last or 0


# Writing


def _wait(
    change: Change, batch_id: int, known: dict[str, tables.Application], files: Sequence[_File]
) -> None:
    places = {number: _last_place(change.session, known[number].id) for number in {f.number for f in files}}
    for file in files:
        row = known[file.number]
        places[file.number] += 1
        material = matched(file.title, _terms(Track(row.track)))
        made = tables.MaterialFile(
            application_id=row.id,
            batch_id=batch_id,
            place=places[file.number],
            kind=file.leaves.kind,
            material=material or "",
            title=file.title,
            file_name=file.file_name,
            digest=file.digest,
            size=file.size,
            pages=len(file.leaves.pages),
            received_at=change.now,
        )
        change.session.add(made)
        change.session.flush()
        change.session.add_all(
            tables.MaterialPage(
                file_id=made.id, number=number, width=page.width, height=page.height, look=page.look or ""
            )
            for number, page in enumerate(file.leaves.pages, 1)
        )


def _terms(track: Track) -> dict[Material, str]:
    return {material: term(material) for material in REQUIRED_MATERIALS[track]}


def _waiting(change: Change, batch_id: int) -> tuple[tables.MaterialBatch, tables.Round]:
    """A waiting upload and its round, held until this change ends."""
    batch = change.session.get(tables.MaterialBatch, batch_id)
    if batch is None:
        raise NotFound("no such upload")
    code = change.session.get_one(tables.Round, batch.round_id).code
    round_ = locked(change, code)
    change.session.refresh(batch)
    if batch.settled_at is not None:
        raise RuleBroken("upload_settled", _("这次上传已经处理过，或者已放弃。"))
    return batch, round_


def _files_of(session: Session, batch_id: int) -> list[tuple[tables.MaterialFile, tables.Application]]:
    rows = session.exec(
        select(tables.MaterialFile, tables.Application)
        .join(tables.Application, col(tables.Application.id) == col(tables.MaterialFile.application_id))
        .where(tables.MaterialFile.batch_id == batch_id)
        .order_by(col(tables.MaterialFile.id))
    )
    return [(file, application) for file, application in rows]
