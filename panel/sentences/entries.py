"""What an entry of the audit trail says besides its sentence, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from panel.language import N_, _
from panel.rules.draws import ExclusionReason
from panel.rules.eligibility import FindingCode
from panel.sentences.events import Name, value
from panel.vocabulary import term

LABELS: Mapping[str, str] = {
    "after": N_("更正后内容的摘要"),
    "article": N_("依据"),
    "attempt": N_("抽取次数"),
    "ballots": N_("票数"),
    "before": N_("更正前内容的摘要"),
    "boxes": N_("遮盖处数"),
    "by": N_("签署者"),
    "c": N_("封存值"),
    "client": N_("设备和浏览器"),
    "closing_day": N_("申报截止日期"),
    "code": N_("代码"),
    "credential": N_("密码散列的摘要"),
    "damages": N_("发现的改动"),
    "device": N_("设备的登录"),
    "devices": N_("同时登录的设备数"),
    "digest": N_("摘要"),
    "document": N_("签署内容的摘要"),
    "drawn": N_("抽出的专家"),
    "entered": N_("申报内容的摘要"),
    "excluded": N_("排除的专家"),
    "expert": N_("对应的专家"),
    "facts": N_("文字和页面图像的摘要"),
    "field": N_("所在栏目"),
    "fields": N_("更正的栏目"),
    "file": N_("文件编号"),
    "files": N_("文件数"),
    "findings": N_("自动审查发现"),
    "found": N_("发现的冲突"),
    "how": N_("方式"),
    "inputs": N_("计算依据的摘要"),
    "key": N_("公钥"),
    "kind": N_("种类"),
    "late": N_("评分开始后作出"),
    "manner": N_("签名方式"),
    "material": N_("材料"),
    "method": N_("计算方法"),
    "missing": N_("尚缺的评分表"),
    "mode": N_("确认方式"),
    "openings": N_("启封内容的摘要"),
    "page": N_("页码"),
    "pages": N_("页数"),
    "policy": N_("评审细则的摘要"),
    "pool": N_("候选专家"),
    "problems": N_("发现的问题"),
    "reach": N_("回避范围"),
    "reason": N_("理由"),
    "recused": N_("是否回避"),
    "result": N_("结果的摘要"),
    "role": N_("角色"),
    "root": N_("根摘要"),
    "rows": N_("行数"),
    "said": N_("说明"),
    "seconds": N_("倒退的秒数"),
    "seed": N_("随机种子"),
    "sessions": N_("退出的登录"),
    "sheets": N_("评分表份数"),
    "sig": N_("旧密钥的签名"),
    "signature": N_("签名的摘要"),
    "size": N_("数量"),
    "stage": N_("环节"),
    "step": N_("步骤"),
    "target": N_("回避对象"),
    "text": N_("文本的摘要"),
    "tied": N_("并列的申报"),
    "track": N_("申报类别"),
    "tried": N_("被拒绝的操作"),
    "unit": N_("评审指标"),
    "verdict": N_("结论"),
    "version": N_("审查版本"),
    "why": N_("拒绝原因"),
    "word": N_("词语"),
    "words": N_("检索词语的摘要"),
}

DIGESTS = frozenset(
    {
        "after",
        "before",
        "c",
        "credential",
        "digest",
        "document",
        "entered",
        "facts",
        "inputs",
        "openings",
        "policy",
        "result",
        "root",
        "seed",
        "signature",
        "text",
        "words",
    }
)
"""Fields that hold a hash or the like: shown as code."""

COLUMNS: Mapping[str, str] = {
    "address": N_("地址"),
    "branch": N_("分公司（分厂）"),
    "budget": N_("预算明细"),
    "certificate": N_("证书等级"),
    "exception": N_("例外说明"),
    "in_district": N_("在本区注册或经营"),
    "kind": N_("项目类别"),
    "linked_studio": N_("所属工作室编号"),
    "master": N_("技能大师"),
    "master_id": N_("身份证号"),
    "master_key": N_("身份证号"),
    "master_last4": N_("身份证号后四位"),
    "master_name": N_("技能大师姓名"),
    "materials": N_("申报材料"),
    "months": N_("建设期"),
    "occupation": N_("职业（工种）"),
    "occupation_state": N_("职业列入情况"),
    "parent_unit": N_("上级单位"),
    "statements": N_("评审陈述"),
    "subsidy_fen": N_("申请补助"),
    "summary": N_("内容摘要"),
    "team": N_("团队成员"),
    "title": N_("项目名称"),
    "total_fen": N_("总预算"),
    "track": N_("申报类别"),
    "unit": N_("申报单位"),
    "unit_code": N_("统一社会信用代码"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of an entry: its label, its value in words, and whether that is a hash."""

    field: str
    label: str
    text: str
    digest: bool = False


def facts(
    data: Mapping[str, Any], *, without: frozenset[str] = frozenset(), name: Name = str
) -> Iterator[Fact]:
    """Every field of an entry's data in words, but those in `without`."""
    for field, given in data.items():
        if field not in without:
            yield Fact(field, label(field), _text(field, given, name), field in DIGESTS)


def label(field: str) -> str:
    """The name of a field."""
    return _(LABELS.get(field, field))


def column(field: str) -> str:
    """The name of a field of an application."""
    return _(COLUMNS.get(field, field))


def _text(field: str, given: Any, name: Name) -> str:
    if field == "findings":
        return _("、").join(map(_finding, given))
    if field == "fields":
        return _("、").join(map(column, given))
    if isinstance(given, list | tuple):
        return _("、").join(_named(str(each), name) for each in given)
    return value(field, given)


def _named(identifier: str, name: Name) -> str:
    """An expert, an application, the sheet of one on the other, or an expert with why one was left out."""
    expert, colon, why = identifier.partition(":")
    if colon:
        return _("{expert}（{why}）").format(
            expert=name(expert), why=term(ExclusionReason(why)) if why in set(ExclusionReason) else why
        )
    return " / ".join(map(name, identifier.split("/")))


def _finding(code: str) -> str:
    return term(FindingCode(code)) if code in set(FindingCode) else code
