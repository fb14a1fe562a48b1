"""What a conflict (利益冲突) rests on, as one sentence: the facts in, words out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from panel.language import N_, _, together
from panel.rules.conflicts import Basis, ConflictCode, Strength
from panel.rules.experts import RelationKind
from panel.sentences.figures import day
from panel.vocabulary import term

Facts = Mapping[str, str]

_GROUP: Mapping[Basis, str] = {
    Basis.EMPLOYER_IS_PARENT: N_("工作单位“{employer}”是申报单位“{unit}”的上级单位。"),
    Basis.EMPLOYER_IS_CHILD: N_("工作单位“{employer}”的上级单位是申报单位“{unit}”。"),
    Basis.SHARED_PARENT: N_("工作单位“{employer}”与申报单位“{unit}”同属“{employer_parent}”。"),
}
_MATCHED: Mapping[Basis, str] = {
    Basis.UNIT_CODE: N_("统一社会信用代码相同"),
    Basis.UNIT_NAME: N_("单位名称相同"),
    Basis.BRANCH: N_("总部与分支机构"),
    Basis.PERSON_NAME: N_("对方在申报人员名单中"),
    Basis.APPLICATION: N_("指明了这项申报"),
    Basis.PARENT_UNIT: N_("对方是申报单位的上级单位，是否涉及申报单位需要核实"),
}


def sentence(code: ConflictCode, facts: Facts, strength: Strength = Strength.STATED) -> str:
    """One conflict in words: what was matched, when it ended, from which day it counts."""
    if "relation" in facts:
        return _relation(facts)
    return _FOUND[code](facts, strength)


def _now(facts: Facts, _strength: Strength) -> str:
    said = _("现工作单位“{employer}”就是申报单位“{unit}”（{matched}）。")
    if facts["basis"] == Basis.BRANCH:
        said = _("现工作单位“{employer}”与申报单位“{unit}”是总部与分支机构。")
    return said.format(employer=facts["employer"], unit=facts["unit"], matched=_matched(facts))


def _past(facts: Facts, _strength: Strength) -> str:
    said = _(
        "曾任职于“{employer}”，{until}离职；回避期自{since}起算，尚未届满（申报单位“{unit}”，{matched}）。"
    )
    return said.format(
        employer=facts["employer"],
        until=_day(facts["until"]),
        since=_day(facts["counts_since"]),
        unit=facts["unit"],
        matched=_matched(facts),
    )


def _group(facts: Facts, _strength: Strength) -> str:
    said = _(_GROUP[Basis(facts["basis"])])
    return said.format(
        employer=facts["employer"], unit=facts["unit"], employer_parent=facts["employer_parent"]
    )


def _applies(facts: Facts, strength: Strength) -> str:
    role = _("技能大师") if facts["role"] == "master" else _("团队成员")
    if facts["basis"] == Basis.IDENTITY:
        said = _("身份证号与申报单位“{unit}”的{role}{person}一致（{applications}）。")
    elif strength is Strength.CHECK:
        said = _("与申报单位“{unit}”的{role}{person}同名（{applications}），是否同一人需要核实。")
    else:
        said = _("在申报单位“{unit}”任职，且与其{role}{person}同名（{applications}）。")
    numbers = facts["applications"].replace(", ", _("、"))
    return said.format(unit=facts["unit"], role=role, person=facts["person"], applications=numbers)


def _relation(facts: Facts) -> str:
    """A tie on file or declared; how long such ties count is said where they end."""
    said = [
        _("与“{towards}”的关系：{relation}（申报单位“{unit}”，{matched}）。").format(
            towards=facts["towards"],
            relation=term(RelationKind(facts["relation"])),
            unit=facts["unit"],
            matched=_matched(facts),
        )
    ]
    if facts.get("note"):
        said.append(_("说明：{note}。").format(note=facts["note"].rstrip("。")))
    if "counts_since" in facts:
        said.append(_("只计{since}以来的关系。").format(since=_day(facts["counts_since"])))
    return together(*said)


def _matched(facts: Facts) -> str:
    return _(_MATCHED[Basis(facts["basis"])])


def _day(value: str) -> str:
    return day(date.fromisoformat(value))


_FOUND: Mapping[ConflictCode, Callable[[Facts, Strength], str]] = {
    ConflictCode.SAME_UNIT: _now,
    ConflictCode.PAST_EMPLOYER: _past,
    ConflictCode.HOLDING_GROUP: _group,
    ConflictCode.OWN_APPLICATION: _applies,
}
"""The conflicts that are found without a relation on file."""
