"""The cast of the demonstration (domain study, section 10) as plain values, for the rules of intake."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from panel.rules.applications import (
    REQUIRED_MATERIALS,
    Application,
    BudgetCategory,
    BudgetLine,
    CertificateLevel,
    EmploymentKind,
    Material,
    Member,
    OccupationState,
    ProjectKind,
    Studio,
    Track,
)
from panel.rules.experts import Employment, Expert, Relation, RelationKind

CLOSING = date(2026, 8, 28)


def team(prefix: str, formal: int = 3, dispatched: int = 0) -> tuple[Member, ...]:
    kinds = [EmploymentKind.FORMAL] * formal + [EmploymentKind.DISPATCHED] * dispatched
    return tuple(
        Member(f"{prefix}{name}（虚构）", kind) for name, kind in zip("甲乙丙丁戊", kinds, strict=False)
    )


def studio(number: str, unit: str, code: str, master: str, occupation: str) -> Application:
    return Application(
        number=number,
        track=Track.STUDIO,
        unit=unit,
        unit_code=code,
        address="北京市大兴区黄村镇兴华大街18号",
        in_district=True,
        master_name=f"{master}（虚构）",
        master_key=f"key of {master}",
        occupation=occupation,
        occupation_state=OccupationState.LISTED,
        certificate=CertificateLevel.TECHNICIAN,
        team=team(master[0]),
        materials=frozenset(REQUIRED_MATERIALS[Track.STUDIO]),
    )


def project(number: str, of: Application | Studio) -> Application:
    budget = (
        BudgetLine(BudgetCategory.EQUIPMENT, "实训设备", 4_000_000),
        BudgetLine(BudgetCategory.TRAINING, "学员教材", 2_000_000),
    )
    return Application(
        number=number,
        track=Track.PROJECT,
        unit=of.unit,
        unit_code=of.unit_code,
        branch=of.branch,
        parent_unit=of.parent_unit,
        address="北京市大兴区黄村镇兴华大街18号",
        in_district=True,
        master_name=of.master_name,
        master_key=of.master_key,
        occupation=of.occupation,
        occupation_state=OccupationState.LISTED,
        certificate=CertificateLevel.TECHNICIAN,
        linked_studio=of.number,
        title=f"{of.occupation}技艺提升",
        kind=ProjectKind.TRAINING,
        months=12,
        total_fen=6_000_000,
        subsidy_fen=5_000_000,
        budget=budget,
        materials=frozenset(REQUIRED_MATERIALS[Track.PROJECT]),
    )


S01 = studio("S01", "北京兴瀚机器人有限公司（虚构）", "91110115MA01A0001A", "林致远", "工业机器人系统运维员")
S02 = studio("S02", "北京亦泽制药有限公司（虚构）", "91110115MA01A0002B", "何清和", "药物制剂工")
S03 = replace(
    studio("S03", "北京青灯工坊有限公司（虚构）", "91110115MA01A0003C", "段守拙", "宫灯扎制"),
    occupation_state=OccupationState.UNLISTED,
    certificate=CertificateLevel.NONE,
)
S04 = studio("S04", "北京京南焊装有限公司（虚构）", "91110115MA01A0004D", "高立群", "焊工")
S05 = replace(
    studio("S05", "北京瀚云科技有限公司（虚构）", "91110115MA01A0005E", "林致远", "电工"), team=team("云")
)
S06 = replace(
    studio("S06", "北京国门餐饮有限公司（虚构）", "91110115MA01A0006F", "严味真", "中式烹调师"),
    certificate=CertificateLevel.SENIOR,
    exception="国际烹饪赛事金奖,区人社局书面同意",
)
S07 = replace(
    studio("S07", "北京国门餐饮有限公司（虚构）", "91110115MA01A0007G", "白守正", "中式烹调师"),
    branch="黄村分公司",
)
S08 = replace(
    studio("S08", "北京京南焊装有限公司（虚构）", "91131001MA01A0008H", "石开来", "焊 工"),
    branch="“廊坊分公司”",
    in_district=False,
    address="河北省廊坊市某路1号",
)
S09 = replace(
    studio("S09", "北京新航汽服有限公司（虚构）", "91110115MA01A0009J", "路遥知", "汽车维修工"),
    team=team("路", formal=2, dispatched=1),
    materials=frozenset(REQUIRED_MATERIALS[Track.STUDIO]) - {Material.M5_TRUTH},
)
STUDIOS = (S01, S02, S03, S04, S05, S06, S07, S08, S09)


def existing(number: str, unit: str, code: str, master: str, occupation: str, parent: str = "") -> Studio:
    return Studio(
        number=number,
        unit=unit,
        unit_code=code,
        master_name=f"{master}（虚构）",
        master_key=f"key of {master}",
        occupation=occupation,
        running=True,
        parent_unit=parent,
    )


GROUP = "华曜控股集团（虚构）"
X01 = existing("X01", "北京采育葡萄酒庄（虚构）", "91110115MA02B0001A", "冯在田", "酿酒师")
X03 = existing("X03", "北京曜石数控有限公司（虚构）", "91110115MA02B0003C", "秦刻微", "数控铣工", GROUP)
X04 = existing("X04", "北京榆垡刺绣社（虚构）", "91110115MA02B0004D", "苏锦心", "刺绣工")
X05 = existing("X05", "北京安定园林（虚构）", "91110115MA02B0005E", "梁木秀", "园林工")
X06 = existing("X06", "北京礼贤检测（虚构）", "91110115MA02B0006F", "尚毫厘", "检验员")
EXISTING = (X01, X03, X04, X05, X06)

P01, P02, P03, P04, P05, P06, P07, P08, P09 = (project("P" + studio.number[1:], studio) for studio in STUDIOS)
P10 = project("P10", X01)
P12 = replace(
    project("P12", X03),
    parent_unit="",
    subsidy_fen=6_800_000,
    total_fen=6_800_000,
    budget=(BudgetLine(BudgetCategory.EQUIPMENT, "铣床夹具", 6_800_000),),
)
P13 = replace(
    project("P13", X04),
    budget=(
        BudgetLine(BudgetCategory.RESEARCH, "绣样数字化", 3_000_000, "委托某公司完成"),
        BudgetLine(BudgetCategory.TRAINING, "学员教材", 3_000_000),
    ),
)
P14 = replace(project("P14", X05), months=14)
P15 = replace(
    project("P15", X06), materials=frozenset(REQUIRED_MATERIALS[Track.PROJECT]) - {Material.J3_BANK}
)
PROJECTS = (P01, P02, P03, P04, P05, P06, P07, P08, P09, P10, P12, P13, P14, P15)
APPLICATIONS = STUDIOS + PROJECTS


def expert(number: str, name: str, employer: str = "北京某职业学院（虚构）") -> Expert:
    return Expert(number, f"{name}（虚构）", employer, identity_key=f"key of {name}")


E1 = expert("E1", "钟衡")
E2 = replace(
    expert("E2", "罗青"),
    employments=(Employment("北京亦泽制药有限公司（虚构）", date(2018, 5, 1), date(2024, 3, 31)),),
)
E5 = replace(expert("E5", "耿直"), relations=(Relation(RelationKind.TEACHER, "高立群", "2009年拜师"),))
E9 = replace(expert("E9", "陶然", "北京曜辉精密（虚构）"), employer_parent=GROUP)
EXPERTS = (E1, E2, E5, E9)
