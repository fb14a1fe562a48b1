"""What a workbook says (录入内容), read into plain values, and what stands against taking it over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlmodel import Session, select

from panel import tables
from panel.documents import applications as application_book
from panel.documents import experts as expert_book
from panel.errors import InvalidInput, Problem
from panel.language import _
from panel.queries import applications, experts
from panel.rules.applications import Application, Studio, Track
from panel.rules.criteria import Policy
from panel.rules.experts import Expert
from panel.rules.imports import ImportKind
from panel.rules.permissions import Role
from panel.services.office import Office
from panel.services.registers import identity_key, with_key, with_master

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
class Intake:
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


def read(office: Office, kind: ImportKind, data: bytes, known: Iterable[str]) -> Intake:
    """The workbook as plain values. It is parsed in a process of its own, and never inside a transaction."""
    if kind is ImportKind.EXPERTS:
        pool = expert_book.read(data)
        _refuse_doubles((read.expert.number, read.identity) for read in pool)
        keyed = (replace(read.expert, identity_key=identity_key(office, read.identity)) for read in pool)
        return Intake(kind, experts=tuple(keyed))
    book = application_book.read(data, criteria(office.policy), set(known))
    return Intake(
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


def known_studios(session: Session, round_id: int) -> set[str]:
    """The numbers that a project may name as its studio: registered, or entered by an earlier workbook."""
    entered = applications.plain(session, round_id).values()
    registered = applications.studios(session, round_id)
    return {a.number for a in entered if a.track is Track.STUDIO} | registered.keys()


def clashes(session: Session, round_id: int, intake: Intake) -> Iterator[Problem]:
    """What stands against taking a workbook over, as the register is now."""
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


def preview(session: Session, round_id: int, intake: Intake) -> Preview:
    """What taking it over would do now."""
    if intake.kind is ImportKind.EXPERTS:
        known = {expert.number: expert for expert in experts.plain(session).values()}
        return Preview(intake.kind, {}, *_compared(intake.experts, known, with_key))
    tracks = {track: tuple(a.number for a in intake.applications if a.track is track) for track in Track}
    registered = applications.studios(session, round_id)
    return Preview(intake.kind, tracks, *_compared(intake.studios, registered, with_master))


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
