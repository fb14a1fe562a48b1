"""Rechecking all that the audit trail vouches for: itself, sealed sheets, material, decisions, results."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from sqlmodel import Session, select

from panel import tables
from panel.audit import read, seals
from panel.audit import verify as trail
from panel.audit.coverage import NOTHING, UNCOVERED, Asked, Coverage, Damage
from panel.audit.events import (
    RankingComputed,
    ResultFinalized,
    RoundCreated,
    SealsOpened,
    SheetSubmitted,
    StageChanged,
    TrailVerified,
)
from panel.audit.verify import CAVEAT
from panel.documents.shelves import Shelf
from panel.language import N_, _
from panel.queries import accounts, decisions, signatures, stages
from panel.queries import seals as sealed
from panel.rules import results
from panel.rules.permissions import Action
from panel.rules.policies import read_policy
from panel.rules.stages import Stage
from panel.services import custody
from panel.services.materials import shelf
from panel.services.office import Actor, Office
from panel.vocabulary import term

__all__ = ["CAVEAT", "Asked", "Verification", "check", "reach", "verify", "verify_as"]


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found: the length and root of the trail, and the first damage of each kind that there is."""

    size: int
    root: str
    damages: tuple[Damage, ...]
    coverage: Coverage = UNCOVERED


def verify(office: Office, asked: Asked = NOTHING) -> Verification:
    """Recheck the store, and compare it with what somebody brought along."""
    with office.reading() as session:
        return check(session, shelf(office), asked)


def reach(found: Verification) -> str:
    """How far the checkpoints reach, in words: exactly which entries none of them covers."""
    signed, size = found.coverage.signed, found.size
    if not size:
        return _("还没有留痕记录。")
    if signed >= size:
        return _("全部 {size} 条记录都在签名校验点之内。").format(size=size)
    if not signed:
        return _("全部 {size} 条记录都还没有签名校验点：末尾被删去是发现不了的。").format(size=size)
    what = _("第 {first} 至 {last} 号记录还没有签名校验点：这一段被整齐删去是发现不了的。")
    return what.format(first=signed, last=size - 1)


def verify_as(office: Office, actor: Actor) -> Verification:
    """Recheck the store for somebody, who is logged as having done so."""
    found = verify(office)
    with office.change(actor, TrailVerified) as change:
        change.permit(Action.WATCH)
        change.record(
            TrailVerified(size=found.size, root=found.root, damages=len(found.damages)), subject="log"
        )
    return found


def check(session: Session, shelf_: Shelf, asked: Asked = NOTHING) -> Verification:
    """Recheck what this session sees; where the trail is damaged nothing else is worth comparing with it."""
    found = trail.check(session, asked)
    checks: Mapping[str, Check] = {**_CHECKS, N_("申报材料"): partial(_material, shelf_=shelf_)}
    damages = (
        found.damages
        or _emptied(found.size)
        or tuple(damage for name, look in checks.items() for damage in _first(name, look, session))
    )
    return Verification(found.size, found.root, damages, found.coverage)


def _emptied(size: int) -> tuple[Damage, ...]:
    """An installation begins with an entry: a trail without any was emptied, or is not the one meant."""
    what = _("没有任何留痕记录：系统建立时就应当有第一条。存储可能已被清空，或者不是要核对的那一个")
    return () if size else (Damage(-1, what),)


Check = Callable[[Session], Iterator[Damage]]


def _first(name: str, look: Check, session: Session) -> Iterator[Damage]:
    """The first damage that a check finds; whatever keeps it from reading the rows is damage, too."""
    try:
        damage = next(look(session), None)
    except Exception as error:
        session.rollback()  # PostgreSQL answers nothing more in a transaction in which a statement failed.
        first_line = str(error).partition("\n")[0]
        what = _("{name}：存储的内容已无法读出（{error}）").format(name=_(name), error=first_line)
        damage = Damage(-1, what)
    if damage:
        yield damage


def _seals(session: Session) -> Iterator[Damage]:
    """Every seal in the trail has its sheet, every sheet its seal, and the score rows are what was sealed."""
    logged = {
        (record.round_id, record.subject, decisions.revision(record)): record
        for record in read.of_act(session, SheetSubmitted.act)
    }
    stored = sealed.submissions(session)
    rows = sealed.scores(session, {seal.sheet_id for seal in stored})
    for seal in stored:
        record = logged.pop((str(seal.round_id), seal.subject, seal.sheet.revision), None)
        index = record.index if record else -1
        if record is None or record.data["c"] != seal.commitment:
            yield _sheet(index, N_("评分表 {sheet} 的封存值与留痕记录不一致"), seal.subject)
        if seal.sheet.commitment(seal.salt) != seal.commitment:
            yield _sheet(index, N_("评分表 {sheet} 封存的内容被改动过"), seal.subject)
        if seal.standing and rows[seal.sheet_id] != dict(seal.sheet.items):
            yield _sheet(index, N_("评分表 {sheet} 的评分在提交以后被改动过"), seal.subject)
    for record in logged.values():
        yield _sheet(record.index, N_("评分表 {sheet} 已提交，封存的内容却不见了"), record.subject)
    for subject in sealed.unsealed(session):
        yield _sheet(-1, N_("评分表 {sheet} 记为已提交，却没有封存"), subject)


def _sheet(index: int, what: str, sheet: str) -> Damage:
    return Damage(index, _(what).format(sheet=sheet))


def _openings(session: Session) -> Iterator[Damage]:
    """The sheets are those that were opened."""
    for record in read.of_act(session, SealsOpened.act):
        opened = sealed.openings(session, int(record.round_id))
        if seals.openings_digest(opened) != record.data["openings"]:
            yield Damage(record.index, _("评分表与启封时记录的不一致"))


def _rounds(session: Session) -> Iterator[Damage]:
    """Each round stands at the last stage that was logged, under the policy that was frozen."""
    created = {record.round_id: record for record in read.of_act(session, RoundCreated.act)}
    newest = {record.round_id: record for record in read.of_act(session, StageChanged.act)}
    for round_ in session.exec(select(tables.Round)):
        made = created.pop(str(round_.id), None)
        record = newest.get(str(round_.id))
        stage, digest = (record.data["stage"], record.data.get("policy", "")) if record else (Stage.SETUP, "")
        index = record.index if record else -1
        if made is None or (made.data["code"], made.data["closing_day"]) != (
            round_.code,
            round_.closes_on.isoformat(),
        ):
            what = _("批次 {code} 与设立时的记录不一致").format(code=round_.code)
            yield Damage(made.index if made else -1, what)
        if round_.stage != stage:
            what = _("批次 {code} 处于“{stage}”环节，留痕记录为“{logged}”")
            terms = {"stage": term(Stage(round_.stage)), "logged": term(Stage(stage))}
            yield Damage(index, what.format(code=round_.code, **terms))
        if round_.policy_digest != digest or _policy_digest(round_) != digest:
            yield Damage(index, _("批次 {code} 的评审细则与固定时的不一致").format(code=round_.code))
    for record in created.values():
        yield Damage(record.index, _("批次 {code} 不见了").format(code=record.data["code"]))


def _policy_digest(round_: tables.Round) -> str:
    return read_policy(round_.policy, f"policy of round {round_.code}").digest if round_.policy else ""


def _stages(session: Session) -> Iterator[Damage]:
    """Each round took its course as it should, with what was handed in when scoring opened."""
    for difference in stages.faults(session):
        yield Damage(difference.index, difference.what)


def _decisions(session: Session) -> Iterator[Damage]:
    """What was decided about applications, experts and sheets, and the ballots, are as they were recorded."""
    for compare in decisions.CHECKS:
        for difference in compare(session):
            yield Damage(difference.index, difference.what)


def _accounts(session: Session) -> Iterator[Damage]:
    """Each account is the one that was made, with the password that its holder chose."""
    for difference in accounts.faults(session):
        yield Damage(difference.index, difference.what)


def _signatures(session: Session) -> Iterator[Damage]:
    """Each signature is the one given under this document, and each print that came in is on record."""
    for difference in signatures.faults(session):
        yield Damage(difference.index, difference.what)


def _material(session: Session, shelf_: Shelf) -> Iterator[Damage]:
    """Each file of material is the one that was taken over, and each box the one that was confirmed."""
    for difference in custody.faults(session, shelf_):
        yield Damage(difference.index, difference.what)


def _results(session: Session) -> Iterator[Damage]:
    """Every stored result is the logged one and follows from its stored inputs."""
    logged = {record.subject: record for record in read.of_act(session, RankingComputed.act)}
    finals = {record.subject: record.data["result"] for record in read.of_act(session, ResultFinalized.act)}
    policies = {row.id: row.policy for row in session.exec(select(tables.Round))}
    for row in session.exec(select(tables.Ranking)):
        record = logged.pop(str(row.id), None)
        index = record.index if record else -1
        for what in _result_faults(row, policies[row.round_id], record, finals.pop(str(row.id), "")):
            yield Damage(index, _(what).format(number=row.id))
    for record in logged.values():
        yield Damage(record.index, _("第 {number} 号结果不见了").format(number=record.subject))


def _result_faults(row: tables.Ranking, policy: str, record: read.Record | None, final: str) -> list[str]:
    try:
        inputs = json.loads(row.inputs)
        result = results.compute(
            read_policy(policy, "the round's policy"), results.Inputs.from_plain(inputs)
        ).plain()
        kept = json.loads(row.result)
    except Exception:
        return [N_("第 {number} 号结果已无法由保存的内容重新计算")]
    found = (row.method, row.policy_digest, seals.record_digest(inputs), seals.record_digest(result))
    said = tuple(record.data[key] for key in ("method", "policy", "inputs", "result")) if record else ()
    faults = {
        N_("第 {number} 号结果与计算时的记录不一致"): found != said
        or found[2:] != (row.input_digest, row.result_digest),
        N_("第 {number} 号结果保存的名次被改动过"): kept != json.loads(seals.canonical(result)),
        N_("第 {number} 号结果是否已经确认，与留痕记录不一致"): final
        != (row.result_digest if row.final else ""),
    }
    return [what for what, wrong in faults.items() if wrong]


_CHECKS: Mapping[str, Check] = {
    N_("封存的评分表"): _seals,
    N_("启封"): _openings,
    N_("批次"): _rounds,
    N_("环节"): _stages,
    N_("评审决定"): _decisions,
    N_("评审结果"): _results,
    N_("账号"): _accounts,
    N_("签名"): _signatures,
}
