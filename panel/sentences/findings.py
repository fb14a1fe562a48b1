"""The findings of the check of eligibility (资格审查), each as one sentence with its evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from panel.language import N_, _
from panel.rules.applications import CertificateLevel, Material
from panel.rules.eligibility import Finding, FindingCode
from panel.sentences.figures import day, yuan
from panel.vocabulary import term

_SENTENCES: Mapping[FindingCode, str] = {
    FindingCode.MASTER_TWICE: N_(
        "领办人{master}与 {other}（{other_unit}）的领办人身份证号一致。同一技能大师只能领办一个工作室。"
    ),
    FindingCode.MASTER_NAMESAKE: N_(
        "领办人{master}与 {other}（{other_unit}）的领办人同名，但有一方没有身份证号可供比对。"
        "请核实是否为同一人。"
    ),
    FindingCode.OCCUPATION_TWICE: N_(
        "与 {other}（{other_unit}）属于同一单位，职业（工种）同为{occupation}。"
        "同一单位相同职业（工种）只能建立一个工作室。"
    ),
    FindingCode.OCCUPATION_UNCLEAR: N_(
        "与 {other}（{other_unit}）属于同一单位，职业名称只有工种不同（本件为{occupation}）。"
        "请裁定是否属于相同职业（工种）。"
    ),
    FindingCode.BRANCH_SITES: N_(
        "与 {other}（{other_unit}）属于同一单位，职业（工种）同为{occupation}，但分属本区不同的分厂、分公司，"
        "可以各建一个工作室。请核对分支机构的证照和地址。"
    ),
    FindingCode.BRANCH_OUTSIDE: N_(
        "分支机构“{branch}”不在本区（{address}），不能单独计为一个工作室，已并入{unit}核查。"
    ),
    FindingCode.UNIT_OUTSIDE: N_("{unit}填报为未在本区注册或经营（地址：{address}）。"),
    FindingCode.TEAM_TOO_SMALL: N_(
        "除技能大师外团队 {team} 人，其中正式员工 {formal} 人；应有正式员工 {needed} 名以上。"
    ),
    FindingCode.STUDIO_WITHOUT_PROJECT: N_("新申报的工作室没有同时提交建设项目申报。"),
    FindingCode.STUDIO_NOT_RUNNING: N_("所属工作室 {studio} 不处于正常运转状态，不能申报建设项目。"),
    FindingCode.PROJECT_UNIT_DIFFERS: N_(
        "项目的申报单位（{unit}）与所属工作室 {studio} 的单位（{studio_unit}）不一致。"
    ),
    FindingCode.PROJECT_MASTER_DIFFERS: N_(
        "项目填报的领办人（{master}）与所属工作室 {studio} 的领办人（{studio_master}）不一致。"
        "领办人不得随意变更。"
    ),
    FindingCode.PROJECTS_TOO_MANY: N_(
        "工作室 {studio} 申报了不止一个建设项目（{projects}）。请确认是否都受理。"
    ),
    FindingCode.MATERIALS_MISSING: N_("缺少必交材料：{missing}。"),
    FindingCode.FIGURES_MISSING: N_("没有填写：{missing}。"),
    FindingCode.SUBSIDY_TOO_HIGH: N_(
        "申请补助 {asked_fen}，超过每个项目 {limit_fen}的上限。请补正到上限以内，差额由单位自筹。"
    ),
    FindingCode.SUBSIDY_ABOVE_TOTAL: N_("申请补助 {asked_fen}，超过项目总预算 {total_fen}。"),
    FindingCode.BUDGET_DOES_NOT_ADD_UP: N_("预算明细合计 {lines_fen}，与填报的总预算 {total_fen}不符。"),
    FindingCode.OUTSOURCED: N_(
        "预算项“{item}”（{amount_fen}）出现“{word}”字样，可能属于委托第三方实施。"
        "工作室不得将建设项目委托第三方实施。"
    ),
    FindingCode.PERIOD_TOO_LONG: N_("建设期 {months} 个月，超过一般 {normal} 个月的期限。请核实理由。"),
    FindingCode.ENDS_AFTER_VALIDITY: N_("项目预计到 {ends_on} 结束，晚于管理办法的有效期（{valid_until}）。"),
}

_FIGURES: Mapping[str, str] = {
    "months": N_("建设期（月）"),
    "total": N_("总预算（元）"),
    "subsidy": N_("申请补助（元）"),
}


def sentence(finding: Finding) -> str:
    """What was found, with the facts it rests on."""
    return _(_template(finding)).format(
        **{key: _worded(key, value, finding) for key, value in finding.facts.items()}
    )


def _template(finding: Finding) -> str:
    """Two findings are worded by whether a fact is there."""
    if finding.code is FindingCode.CERTIFICATE_TOO_LOW:
        if "exception" in finding.facts:
            return N_("领办人的证书等级为{certificate}，未达到{needed}；已附例外说明，须指定人员批准。")
        return N_("领办人的证书等级为{certificate}，未达到{needed}，也没有例外说明。")
    if finding.code is FindingCode.PROJECT_WITHOUT_STUDIO:
        if finding.facts["studio"]:
            return N_("所属工作室 {studio} 既不在本批次申报中，也不在已有工作室名册中。")
        return N_("没有填写所属工作室。")
    return _SENTENCES[finding.code]


def _worded(name: str, value: str, finding: Finding) -> str:
    if name.endswith("_fen"):
        return yuan(int(value))
    return _WORDED.get(name, _as_it_is)(value, finding)


def _as_it_is(value: str, _finding: Finding) -> str:
    return value


def _missing(value: str, finding: Finding) -> str:
    several = value.split(", ")
    if finding.code is FindingCode.FIGURES_MISSING:
        return _("、").join(_(_FIGURES[name]) for name in several)
    return _("、").join(f"{code} {term(Material(code))}" for code in several)


def _level(value: str, _finding: Finding) -> str:
    return term(CertificateLevel(value))


def _day(value: str, _finding: Finding) -> str:
    return day(date.fromisoformat(value))


def _listed(value: str, _finding: Finding) -> str:
    return value.replace(", ", _("、"))


_WORDED: Mapping[str, Callable[[str, Finding], str]] = {
    "missing": _missing,
    "certificate": _level,
    "needed": lambda value, finding: (
        _level(value, finding) if finding.code is FindingCode.CERTIFICATE_TOO_LOW else value
    ),
    "ends_on": _day,
    "valid_until": _day,
    "projects": _listed,
}
