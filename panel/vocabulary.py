"""The official term of every closed vocabulary; `docs/glossary.md` is checked against it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from panel.language import N_, _
from panel.rules.applications import (
    BudgetCategory,
    CertificateLevel,
    EmploymentKind,
    Material,
    OccupationState,
    ProjectKind,
    Track,
)
from panel.rules.experts import RelationKind
from panel.rules.imports import ImportKind
from panel.rules.permissions import Role
from panel.rules.sheets import SheetState
from panel.rules.stages import Stage

TERMS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    Track: {
        Track.STUDIO: N_("技能大师工作室"),
        Track.PROJECT: N_("建设项目"),
    },
    Stage: {
        Stage.SETUP: N_("筹备"),
        Stage.SCORING: N_("评分"),
        Stage.CLOSED: N_("封存"),
        Stage.OPENED: N_("启封"),
        Stage.FINAL: N_("确认"),
        Stage.ARCHIVED: N_("归档"),
    },
    Role: {
        Role.EXPERT: N_("评审专家"),
        Role.SECRETARY: N_("评审组秘书"),
        Role.INSPECTOR: N_("纪检监察员"),
        Role.ADMINISTRATOR: N_("系统管理员"),
    },
    OccupationState: {
        OccupationState.LISTED: N_("已列入职业分类大典或新职业"),
        OccupationState.UNLISTED: N_("未列入职业分类大典"),
        OccupationState.NO_STANDARD: N_("已列入但尚无国家职业标准"),
    },
    CertificateLevel: {
        CertificateLevel.NONE: N_("无"),
        CertificateLevel.JUNIOR: N_("初级工"),
        CertificateLevel.INTERMEDIATE: N_("中级工"),
        CertificateLevel.SENIOR: N_("高级工"),
        CertificateLevel.TECHNICIAN: N_("技师"),
        CertificateLevel.SENIOR_TECHNICIAN: N_("高级技师"),
    },
    EmploymentKind: {
        EmploymentKind.FORMAL: N_("正式"),
        EmploymentKind.DISPATCHED: N_("劳务派遣"),
        EmploymentKind.PART_TIME: N_("兼职"),
        EmploymentKind.REHIRED: N_("返聘"),
    },
    ProjectKind: {
        ProjectKind.TRAINING: N_("师带徒与技艺传承培训"),
        ProjectKind.STANDARDS: N_("标准编制与培训资源建设"),
        ProjectKind.PROCESS: N_("工艺改进与技术革新"),
        ProjectKind.EXCHANGE: N_("技艺展示与交流推广"),
        ProjectKind.OTHER: N_("其他"),
    },
    BudgetCategory: {
        BudgetCategory.EQUIPMENT: N_("设备设施"),
        BudgetCategory.RESEARCH: N_("研发创新"),
        BudgetCategory.EXCHANGE: N_("交流推广"),
        BudgetCategory.TRAINING: N_("人才培训"),
    },
    Material: {
        Material.M1_FORM: N_("工作室申报表（附件1）"),
        Material.M2_REPORT: N_("申报报告"),
        Material.M3_LICENCE: N_("营业执照或事业单位法人证书"),
        Material.M4A_IDENTITY: N_("大师及成员身份、学历、职业资格证明"),
        Material.M4B_RECORD: N_("重点项目、获奖、技术认定与创新证明"),
        Material.M4C_RULES: N_("工作室配套制度"),
        Material.M4D_PREMISES: N_("场所、设备说明或照片"),
        Material.M5_TRUTH: N_("真实性承诺书（附件2）"),
        Material.J1_PLAN: N_("项目工作计划书（附件3）"),
        Material.J2_PROPOSAL: N_("项目申报书"),
        Material.J3_BANK: N_("银行开户许可证或基本存款账户信息"),
        Material.J4_TRUTH: N_("真实性承诺书（附件2，项目）"),
    },
    RelationKind: {
        RelationKind.TEACHER: N_("师徒"),
        RelationKind.FAMILY: N_("亲属"),
        RelationKind.COAUTHOR: N_("共同专利、成果或获奖"),
        RelationKind.BOARD: N_("任董事、监事或控股"),
        RelationKind.ECONOMIC: N_("经济利益"),
        RelationKind.CONSULTANT: N_("顾问、检测等服务"),
        RelationKind.HELPED: N_("参与编制申报材料"),
        RelationKind.DISPUTE: N_("法律纠纷"),
        RelationKind.SUPERVISOR: N_("主管或监督部门"),
        RelationKind.OTHER: N_("其他可能影响公正的关系"),
    },
    ImportKind: {
        ImportKind.APPLICATIONS: N_("申报工作簿"),
        ImportKind.EXPERTS: N_("专家名册"),
    },
    SheetState: {
        SheetState.DRAFT: N_("评分中"),
        SheetState.SUBMITTED: N_("已提交"),
        SheetState.VOID: N_("已作废（不计入）"),
    },
}


def term(value: StrEnum) -> str:
    """The term of `value` in the reader's language."""
    return _(TERMS[type(value)][value])
