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
from panel.rules.conflicts import ConflictCode, Reach, Strength
from panel.rules.devices import Browser, DeviceKind
from panel.rules.draws import DrawProblem, ExclusionReason
from panel.rules.eligibility import FindingCode, Verdict, Weight
from panel.rules.experts import RelationKind
from panel.rules.identities import IdentityKind
from panel.rules.imports import ImportKind
from panel.rules.materials import FileKind, Look
from panel.rules.permissions import Role
from panel.rules.reasons import Reason
from panel.rules.sheets import CardState, SheetState
from panel.rules.signatures import Manner, SignatureFault
from panel.rules.stages import Stage
from panel.rules.steps import Step

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
    DeviceKind: {
        DeviceKind.IPAD: N_("iPad 平板"),
        DeviceKind.IPHONE: N_("iPhone 手机"),
        DeviceKind.ANDROID_TABLET: N_("安卓平板"),
        DeviceKind.ANDROID_PHONE: N_("安卓手机"),
        DeviceKind.HARMONY: N_("鸿蒙设备"),
        DeviceKind.WINDOWS: N_("Windows 电脑"),
        DeviceKind.MAC: N_("苹果电脑"),
        DeviceKind.LINUX: N_("Linux 电脑"),
        DeviceKind.UNKNOWN: N_("未能识别的设备"),
    },
    Browser: {
        Browser.WECHAT: N_("微信"),
        Browser.EDGE: N_("Edge 浏览器"),
        Browser.HUAWEI: N_("华为浏览器"),
        Browser.FIREFOX: N_("火狐浏览器"),
        Browser.CHROME: N_("Chrome 浏览器"),
        Browser.SAFARI: N_("Safari 浏览器"),
        Browser.UNKNOWN: N_("其他浏览器"),
    },
    Manner: {
        Manner.DRAWN: N_("手写签名"),
        Manner.TYPED: N_("键入姓名"),
        Manner.PAPER: N_("纸质签名"),
    },
    SignatureFault: {
        SignatureFault.MANNER: N_("请选择签名方式。"),
        SignatureFault.EMPTY: N_("请在签名框内签名。"),
        SignatureFault.SMALL: N_("签名太小，请清除后在框内重新签写。"),
        SignatureFault.LARGE: N_("签名笔画过多，请清除后重新签写。"),
        SignatureFault.MALFORMED: N_("签名没有完整送达，请清除后重新签写。"),
        SignatureFault.NAME: N_("请键入您的姓名。"),
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
    Verdict: {
        Verdict.ACCEPTED: N_("受理"),
        Verdict.INCOMPLETE: N_("补正"),
        Verdict.REFUSED: N_("不予受理"),
        Verdict.VETOED: N_("一票否决"),
    },
    Weight: {
        Weight.BARS: N_("不符合条件"),
        Weight.COMPLETES: N_("需要补正"),
        Weight.WARNS: N_("提请注意"),
    },
    FindingCode: {
        FindingCode.MASTER_TWICE: N_("领办人重复"),
        FindingCode.MASTER_NAMESAKE: N_("领办人同名"),
        FindingCode.OCCUPATION_TWICE: N_("同一单位职业（工种）重复"),
        FindingCode.OCCUPATION_UNCLEAR: N_("工种是否相同待裁定"),
        FindingCode.BRANCH_SITES: N_("分属不同分支机构"),
        FindingCode.BRANCH_OUTSIDE: N_("分支机构不在本区"),
        FindingCode.UNIT_OUTSIDE: N_("单位不在本区"),
        FindingCode.TEAM_TOO_SMALL: N_("正式员工人数不足"),
        FindingCode.CERTIFICATE_TOO_LOW: N_("证书等级不足"),
        FindingCode.STUDIO_WITHOUT_PROJECT: N_("未同时申报建设项目"),
        FindingCode.PROJECT_WITHOUT_STUDIO: N_("没有所属工作室"),
        FindingCode.STUDIO_NOT_RUNNING: N_("所属工作室未正常运转"),
        FindingCode.PROJECT_UNIT_DIFFERS: N_("项目与工作室单位不一致"),
        FindingCode.PROJECT_MASTER_DIFFERS: N_("项目与工作室领办人不一致"),
        FindingCode.PROJECTS_TOO_MANY: N_("同一工作室多个项目"),
        FindingCode.MATERIALS_MISSING: N_("缺少必交材料"),
        FindingCode.FIGURES_MISSING: N_("数字未填"),
        FindingCode.SUBSIDY_TOO_HIGH: N_("申请补助超过上限"),
        FindingCode.SUBSIDY_ABOVE_TOTAL: N_("申请补助超过总预算"),
        FindingCode.BUDGET_DOES_NOT_ADD_UP: N_("预算合计不符"),
        FindingCode.OUTSOURCED: N_("疑似委托第三方实施"),
        FindingCode.PERIOD_TOO_LONG: N_("建设期超过一般期限"),
        FindingCode.ENDS_AFTER_VALIDITY: N_("结束日期晚于办法有效期"),
    },
    IdentityKind: {
        IdentityKind.UNIT: N_("单位名称"),
        IdentityKind.UNIT_SHORT: N_("单位简称"),
        IdentityKind.BRANCH: N_("分支机构名称"),
        IdentityKind.PARENT: N_("上级单位名称"),
        IdentityKind.STUDIO: N_("工作室名称"),
        IdentityKind.MASTER: N_("技能大师姓名"),
        IdentityKind.MEMBER: N_("团队成员姓名"),
        IdentityKind.CALLED: N_("人员称呼"),
        IdentityKind.ADDRESS: N_("地址"),
        IdentityKind.NUMBER: N_("申报编号"),
        IdentityKind.ID_NUMBER: N_("身份证号"),
        IdentityKind.CREDIT_CODE: N_("信用代码"),
        IdentityKind.PHONE: N_("电话"),
        IdentityKind.EMAIL: N_("电子邮箱"),
        IdentityKind.WEB: N_("网址"),
    },
    FileKind: {FileKind.PDF: N_("PDF"), FileKind.JPG: N_("JPG 图片"), FileKind.PNG: N_("PNG 图片")},
    Look: {
        Look.NO_TEXT: N_("需人工查看：无可检索的文字"),
        Look.PICTURES: N_("需人工查看：含图片"),
    },
    Step: {
        Step.OPEN_SCORING: N_("开启评分"),
        Step.CLOSE_SCORING: N_("结束评分"),
        Step.OPEN_SEALS: N_("启封"),
        Step.FINALIZE: N_("结果确认"),
    },
    Reason: {
        Reason.SELECTED: N_("入选"),
        Reason.BELOW_CAP: N_("限额之外"),
        Reason.TIE_LOST: N_("并列未入选"),
        Reason.STUDIO_NOT_SELECTED: N_("随工作室落选"),
        Reason.LINKED_STUDIO_REFUSED: N_("所属工作室未受理"),
        Reason.BELOW_PASS_MARK: N_("低于合格线"),
        Reason.BELOW_FLOOR: N_("单项低于最低线"),
        Reason.TOO_FEW_SHEETS: N_("有效评分表不足"),
        Reason.NOT_CONNECTED: N_("得分不可比"),
        Reason.NO_SPREAD: N_("评分未分高低"),
        Reason.VETOED: N_("一票否决"),
        Reason.REFUSED: N_("不予受理"),
        Reason.WITHDRAWN: N_("已撤回申报"),
    },
    ConflictCode: {
        ConflictCode.SAME_UNIT: N_("现任职于申报单位"),
        ConflictCode.PAST_EMPLOYER: N_("曾任职于申报单位"),
        ConflictCode.BOARD: N_("任申报单位董事、监事"),
        ConflictCode.CONTROLLER: N_("控股股东或实际控制人"),
        ConflictCode.FAMILY: N_("亲属关系"),
        ConflictCode.SUPERVISOR: N_("申报单位的主管、监督部门人员"),
        ConflictCode.ECONOMIC: N_("经济利益关系"),
        ConflictCode.MISCONDUCT: N_("曾因评审违规受过处理"),
        ConflictCode.OWN_APPLICATION: N_("本人参加申报"),
        ConflictCode.HELPED: N_("参与编制申报材料"),
        ConflictCode.DISPUTE: N_("法律纠纷"),
        ConflictCode.HOLDING_GROUP: N_("同属一个集团"),
        ConflictCode.CONSULTANT: N_("顾问、检测等服务关系"),
        ConflictCode.SHARED_WORK: N_("师徒或共同成果"),
        ConflictCode.APPLICANT_REQUEST: N_("申报单位申请回避"),
        ConflictCode.OFFICE: N_("承办、监督人员本人"),
        ConflictCode.OTHER: N_("其他可能影响公正的情形"),
    },
    Reach: {
        Reach.APPLICATION: N_("一项申报"),
        Reach.UNIT: N_("一个申报单位（工作室及其项目）"),
        Reach.ROUND: N_("本批次全部申报"),
    },
    Strength: {
        Strength.STATED: N_("资料表明"),
        Strength.CHECK: N_("需要核实"),
    },
    ExclusionReason: {
        ExclusionReason.CONFLICT: N_("利益冲突"),
        ExclusionReason.MISCONDUCT: N_("评审违规记录"),
        ExclusionReason.OFFICE: N_("承办、监督人员"),
        ExclusionReason.UNAVAILABLE: N_("不能到会"),
        ExclusionReason.SPECIALITY: N_("专业不相关"),
        ExclusionReason.ROTATION: N_("轮换"),
        ExclusionReason.OTHER: N_("其他"),
    },
    DrawProblem: {
        DrawProblem.POOL_CHANGED: N_("抽取名单或者排除名单与固定时的摘要不符"),
        DrawProblem.POOL_REPEATS: N_("抽取名单中有重复的专家"),
        DrawProblem.EXCLUDED_IN_POOL: N_("已排除的专家仍在抽取名单中"),
        DrawProblem.SEED_LENGTH: N_("随机种子长度不对"),
        DrawProblem.SIZE: N_("抽取人数与抽取名单不符"),
        DrawProblem.ORDER: N_("顺序与随机种子不符"),
        DrawProblem.DRAWN: N_("抽取结果与随机种子不符"),
        DrawProblem.NOT_LOGGED: N_("留痕中没有这一次抽取的记录"),
        DrawProblem.NOT_STORED: N_("留痕中有这一次抽取，但记录已不存在"),
        DrawProblem.LOGGED_OTHERWISE: N_("记录与留痕不一致"),
        DrawProblem.SEED_BEFORE_POOL: N_("随机种子早于抽取名单"),
        DrawProblem.SEATS: N_("专家组成员与抽取结果不一致"),
    },
    SheetState: {
        SheetState.DRAFT: N_("评分中"),
        SheetState.SUBMITTED: N_("已提交"),
        SheetState.VOID: N_("已作废（不计入）"),
    },
    CardState: {
        CardState.NEW: N_("未开始"),
        CardState.BEGUN: N_("评分中"),
        CardState.READY: N_("可提交"),
        CardState.RETURNED: N_("已退回"),
        CardState.SUBMITTED: N_("已提交"),
        CardState.VOID: N_("已作废"),
    },
}


def term(value: StrEnum) -> str:
    """The term of `value` in the reader's language."""
    return _(TERMS[type(value)][value])
