"""The pledge (承诺书) that opens an expert's files, and the conflicts that an expert declares."""

from __future__ import annotations

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import seals
from panel.audit.events import ConflictDeclared, PledgeSigned, Said
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken
from panel.language import _
from panel.queries import applications, blind
from panel.rules import conflicts
from panel.rules.experts import Relation, RelationKind
from panel.rules.permissions import Action
from panel.rules.sheets import clean_comment
from panel.rules.signatures import ON_PAPER, Purpose, Signature
from panel.services import signatures
from panel.services.office import Actor, Change, Office
from panel.services.signatures import Signed
from panel.tables import Conflict, Panelist, Round

MAX_WORDS = 500


def take(
    office: Office, actor: Actor, *, round_code: str, digest: str, signature: Signature = ON_PAPER
) -> None:
    """Take and sign the pledge whose texts have this digest; taking it again changes nothing."""
    with office.change(actor, PledgeSigned) as change:
        round_, panelist, number = _seat(change, Action.TAKE_PLEDGE, round_code)
        if digest != office.policy_of(round_).pledge.digest:
            raise RuleBroken("pledge_changed", _("承诺书文本已更新，请重新阅读后签署。"))
        if panelist.pledged_at is not None:
            return
        panelist.pledged_at, panelist.pledge_digest = change.now, digest
        change.session.add(panelist)
        signed = Signed(round_.id, round_.code, panelist.expert_id, number, Purpose.PLEDGE, digest)
        kept = signatures.keep(change, signed, signature)
        event = PledgeSigned(text=digest, manner=signature.manner, signature=kept)
        change.record(event, subject=number, round_id=round_.id)


def declare(
    office: Office, actor: Actor, *, round_code: str, towards: str, kind: RelationKind, words: str
) -> int:
    """Declare a tie to a unit or person on the list: its applications are hidden from the expert at once.

    As a precaution, and until the secretary has decided. Answers how many units it covers.
    """
    words = clean_comment(words)
    if not 0 < len(words) <= MAX_WORDS:
        raise InvalidInput(
            Problem(_("情况说明"), "", _("请填写，最多 {most} 个字符。").format(most=MAX_WORDS))
        )
    with office.change(actor, ConflictDeclared) as change:
        round_, panelist, number = _seat(change, Action.DECLARE_CONFLICT, round_code)
        if towards not in _listed(change.session, round_.id):
            raise InvalidInput(Problem(_("单位或人员"), towards[:40], _("请从名单中选择。")))
        found = conflicts.declared(
            number,
            Relation(kind, towards, words),
            applications.plain(change.session, round_.id).values(),
            applications.studios(change.session, round_.id).values(),
            closing_date=round_.closes_on,
            relation_years=office.policy_of(round_).lookback_years.relations,
        )
        known = _waiting(change.session, panelist)
        new = [one for one in found if (one.code, one.reach, one.target) not in known]
        if not new:
            raise RuleBroken("already_declared", _("这一关系您已申报，正在等待评审组秘书决定。"))
        for conflict in new:
            change.session.add(
                Conflict(
                    round_id=round_.id,
                    expert_id=panelist.expert_id,
                    code=conflict.code,
                    reach=conflict.reach,
                    target=conflict.target,
                    facts=seals.canonical(conflict.rests_on).decode(),
                    declared=True,
                    known_at=change.now,
                )
            )
        change.record(
            ConflictDeclared(code=new[0].code, said=Said(words)), subject=number, round_id=round_.id
        )
        return len(new)


def _seat(change: Change, action: Action, round_code: str) -> tuple[Round, Panelist, str]:
    """The round, the actor's own seat on its panel, held until this change ends, and the expert's number."""
    round_ = change.session.exec(
        select(Round).where(Round.code == round_code).with_for_update(read=True)
    ).first()
    if round_ is None:
        raise NotFound("no such round")
    change.permit(action, round_)
    panelist = change.session.exec(
        select(Panelist)
        .where(Panelist.round_id == round_.id, Panelist.expert_id == change.actor.expert_id)
        .with_for_update()
    ).first()
    if panelist is None or panelist.absent:
        raise NotFound("not on this panel")
    number = change.session.exec(
        select(tables.Expert.number).where(tables.Expert.id == panelist.expert_id)
    ).one()
    return round_, panelist, number


def _listed(session: Session, round_id: int) -> frozenset[str]:
    listed = blind.names(session, round_id)
    return frozenset(name for entry in listed for name in (entry.unit, *entry.people))


def _waiting(session: Session, panelist: Panelist) -> set[tuple[str, str, str]]:
    """What the expert declared and nobody has decided yet."""
    rows = session.exec(
        select(Conflict.code, Conflict.reach, Conflict.target).where(
            Conflict.round_id == panelist.round_id,
            Conflict.expert_id == panelist.expert_id,
            col(Conflict.declared).is_(True),
            col(Conflict.settled).is_(False),
        )
    )
    return set(rows)
