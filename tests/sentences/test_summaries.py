"""What one can learn from an analysis without knowing statistics: true in every case, never an accusation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pytest

from panel.language import speaking
from panel.rules import analyses
from panel.rules.analyses import Chance, TrackAnalysis
from panel.rules.applications import Track
from panel.rules.results import Inputs
from panel.scoring.analysis import Omission
from panel.scoring.experts.findings import Code, Finding
from panel.scoring.links import Bridge, Links
from panel.scoring.uncertainty.stability import Stability, stability
from panel.sentences import summaries
from tests.rules.test_results import POLICY, policy, studio, table

ENTRIES = tuple(studio(f"S0{n}") for n in range(1, 5))
ROWS = {
    "S01": [90, 92, 91, 90, 93],
    "S02": [80, 81, 83, 80, 79],
    "S03": [74, 70, 72, 74, 71],
    "S04": [60] * 5,
}
ACCUSING = re.compile("舞弊|作弊|串通|偏袒|违规|故意|不公|cheat|collu|fraud|biased|unfair")


@pytest.fixture(scope="module")
def clear() -> TrackAnalysis:
    """Four studios far apart, three seats."""
    return analyses.analyse(POLICY, Inputs(ENTRIES, table(ROWS)))[Track.STUDIO]


def chances(**shares: float) -> dict[str, Chance]:
    return {number: Chance(share, 1, 4, 2.0) for number, share in shares.items()}


def stable(base: str, **scenarios: str | None) -> Stability:
    """Seats in each scenario, numbers with spaces between; None gives no result."""
    answers = {name: partial(_seats, seats) for name, seats in scenarios.items()}
    return stability(base.split(), answers)


def _seats(seats: str | None) -> list[str] | None:
    return None if seats is None else seats.split()


def told(found: TrackAnalysis, findings: tuple[Finding, ...] = (), icc: float | None = 0.9) -> TrackAnalysis:
    """The same with these findings and this reliability."""
    statistics = found.statistics
    return replace(
        found,
        statistics=replace(
            statistics,
            diagnosis=replace(statistics.diagnosis, findings=findings),
            agreement={**statistics.agreement, "ICC2_k": icc},
        ),
    )


def lines(found: TrackAnalysis) -> tuple[str, ...]:
    return summaries.summary(found).lines


def test_a_clear_cut_is_called_clear(clear: TrackAnalysis) -> None:
    found = summaries.summary(told(clear))
    assert found.headline == "入选线是清楚的"
    assert found.lines == (
        "各项申报的结论都是稳的：入选的，可能性都不低于 90%；未入选的，都不高于 10%。",
        "逐一不计每一位专家的评分，入选名单都不变。",
        f"换用其他 {clear.by_method.scenarios} 种计算方法，入选名单都不变。",
        "平均分的可靠程度为 0.90，达到 0.8 的一般要求。",
        "如果换一组人数相同的同类专家按平均分再评一次，入选的申报中平均约有 99% 仍会入选。",
        "没有发现需要核对的评分。",
    )


def test_who_is_near_the_cut_is_named_with_outcome_and_chance(clear: TrackAnalysis) -> None:
    near = replace(clear, chances=chances(S01=1.0, S02=0.95, S03=0.62, S04=0.43))
    found = summaries.summary(told(near))
    assert found.headline == "入选线附近有 2 项申报难分高下"
    assert found.lines[:2] == (
        "离入选线太近、换一组同样的专家结论可能不同的申报："
        "S03（入选，可能性 62%）、S04（未入选，可能性 43%）。",
        "其余申报的结论是稳的：入选的，可能性都不低于 90%；未入选的，都不高于 10%。",
    )


def test_an_outcome_against_the_estimate_is_said_and_not_called_firm(clear: TrackAnalysis) -> None:
    odd = replace(clear, chances=chances(S01=1.0, S02=1.0, S03=0.04, S04=0.96))
    found = summaries.summary(told(odd))
    assert found.headline == "入选名单与统计估计不一致，请对照评分核对"
    assert found.lines[0] == (
        "最终结论与统计估计相反的申报：S03（入选，可能性 4%）、S04（未入选，可能性 96%），"
        "请对照各专家评分核对。"
    )
    assert found.lines[1].startswith("其余申报的结论是稳的")


def test_nothing_is_called_firm_where_all_are_near(clear: TrackAnalysis) -> None:
    near = replace(clear, chances=chances(S01=0.8, S02=0.7, S03=0.6, S04=0.5))
    assert not any("稳的" in line for line in lines(near))


def test_what_is_firm_is_firm(clear: TrackAnalysis) -> None:
    # Whatever the chances: where all is called firm, all is on its side of the limits.
    for share in (0.05, 0.1, 0.11, 0.5, 0.89, 0.9, 0.95):
        for seated in ("S01 S02 S03", "S01 S02"):
            base = stable(seated)
            found = replace(
                clear,
                chances=chances(S01=1.0, S02=1.0, S03=share, S04=0.0),
                without_expert=base,
            )
            firm = share >= 0.9 if "S03" in seated else share <= 0.1
            said = any(line.startswith("各项申报的结论都是稳的") for line in lines(found))
            assert said is firm, (share, seated)


def test_without_chances_the_reason_is_given(clear: TrackAnalysis) -> None:
    unknown = replace(clear, chances={})
    assert summaries.summary(unknown).headline == "入选线有多可靠，无法估计"
    assert lines(unknown)[0].startswith("评分太少")
    apart = table({"S01": [80, 80, None, None], "S02": [None, None, 70, 72]})
    parts = analyses.analyse(policy(quorum="2"), Inputs(ENTRIES[:2], apart))[Track.STUDIO]
    assert lines(parts)[0].startswith("评分分成互不相连的几组")
    assert summaries.parts(parts) == ("第 1 组：专家 E1、E2；申报 S01。", "第 2 组：专家 E3、E4；申报 S02。")
    assert summaries.parts(clear) == ()


def test_a_tie_that_waits_is_undecided_and_no_scenario_counts_it(clear: TrackAnalysis) -> None:
    waiting = replace(
        clear,
        undecided=frozenset({"S03", "S04"}),
        chances=chances(S01=1.0, S02=1.0, S03=0.95, S04=0.6),
        without_expert=stable("S01 S02", E1="S01 S02"),
    )
    found = lines(waiting)
    assert found[0] == "S03、S04 的并列还没有决定；下面所说的变化不包括这几项。"
    assert "S04（待定，可能性 60%）" in found[1]
    assert summaries.contrary(waiting) == ()


@pytest.mark.parametrize(
    ("scenarios", "expected"),
    [
        ({"E1": "S02"}, "不计 E1 的评分，S01 就不再入选，S02 入选。"),
        ({"E1": ""}, "不计 E1 的评分，S01 就不再入选。"),
        ({"E1": "S01 S02"}, "不计 E1 的评分，S02 就会入选。"),
        ({"E1": "S02", "E2": "S02"}, "不计 E1、E2 中任何一位的评分，S01 就不再入选，S02 入选。"),
        ({"E1": "", "E2": ""}, "不计 E1、E2 中任何一位的评分，S01 就不再入选。"),
        ({"E1": "S01 S02", "E2": "S01 S02"}, "不计 E1、E2 中任何一位的评分，S02 就会入选。"),
        ({"E1": "S01"}, "逐一不计每一位专家的评分，入选名单都不变。"),
    ],
)
def test_which_single_expert_decides(
    clear: TrackAnalysis, scenarios: Mapping[str, str], expected: str
) -> None:
    assert expected in lines(replace(clear, without_expert=stable("S01", **scenarios)))


def test_experts_without_whom_there_is_no_list_are_named(clear: TrackAnalysis) -> None:
    found = lines(replace(clear, without_expert=stable("S01", E1="S01", E2=None)))
    assert "不计 E2 的评分，就有申报无法排名，因此没有比较。" in found
    assert "逐一不计其余每一位专家的评分，入选名单都不变。" in found
    nobody = lines(replace(clear, without_expert=stable("S01", E1=None)))
    assert not any("逐一不计" in line for line in nobody)


@pytest.mark.parametrize(
    ("scenarios", "expected"),
    [
        ({"mean": "S02", "rank": "S02"}, "换用平均分法、名次法，S01 不再入选，S02 入选。"),
        ({"advice": ""}, "换用参考得分，S01 不再入选。"),
        ({"trimmed": "S01 S02"}, "换用去最高最低分平均法，S02 入选。"),
        ({"mean": "S01", "rank": None}, "换用其他 1 种计算方法，入选名单都不变。"),
    ],
)
def test_other_methods(clear: TrackAnalysis, scenarios: Mapping[str, str], expected: str) -> None:
    assert expected in lines(replace(clear, by_method=stable("S01", **scenarios)))


def test_reliability_says_what_would_be_needed(clear: TrackAnalysis) -> None:
    study = clear.statistics.study

    def said(icc: float | None, needed: int | None) -> str:
        statistics = replace(
            clear.statistics,
            agreement={**clear.statistics.agreement, "ICC2_k": icc},
            study=replace(study, experts_for_80=needed, icc={**study.icc, "lmm_icc_k_absolute": None}),
            replication=None,
        )
        return lines(replace(clear, statistics=statistics))[-2]

    assert said(0.8, 5) == "平均分的可靠程度为 0.80，达到 0.8 的一般要求。"
    assert said(0.61, 13) == "平均分的可靠程度为 0.61，没有达到 0.8 的一般要求；照此情形约需 13 位专家。"
    assert said(-0.1, None).endswith("没有达到 0.8 的一般要求；专家对申报的高低没有共识。")
    assert said(None, None) == "评分不足以估计平均分的可靠程度。"


def test_a_sheet_to_check_near_the_cut_comes_first(clear: TrackAnalysis) -> None:
    slip = Finding(Code.SLIP, ("E2",), 4.1, 3.6, 0.0001, "S03", "S1")
    halo = Finding(Code.HALO, ("E1",), 0.1, 0.25, 0.001)
    near = replace(told(clear, (slip, halo)), chances=chances(S01=1.0, S02=1.0, S03=0.6, S04=0.4))
    found = lines(near)
    assert "建议先核对 S03：离入选线近，又有个别评分偏离较大。" in found
    assert found[-1] == "有 2 处评分请核对，逐条列在下面。提示只说明数字少见，可能有正当的专业理由。"
    assert "“技能大师条件”" in summaries.finding(slip, {"S1": "技能大师条件"})
    assert "“S1”" in summaries.finding(slip, {})


def test_assignment_by_quality_is_told(clear: TrackAnalysis) -> None:
    omissions: tuple[Omission, ...] = ("assigned_by_quality", "official_in_floats")
    found = lines(replace(clear, statistics=replace(clear.statistics, omissions=omissions)))
    assert sum("不同专家评审的申报质量明显不同" in line for line in found) == 1
    assert not any("浮点数" in line for line in found)


def test_a_long_list_is_cut_and_counted(clear: TrackAnalysis) -> None:
    many = {f"S{n:02}": 0.5 for n in range(1, 31)}
    found = lines(replace(clear, chances=chances(**many)))
    assert found[0].count("可能性") == summaries.MOST_NAMED
    assert "等 30 项。" in found[0]


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_no_sentence_accuses_anybody(clear: TrackAnalysis, locale: str) -> None:
    findings = tuple(Finding(code, ("E1", "E2"), 1.0, 0.5, 0.01, "S03", "S1") for code in Code)
    with speaking(locale):
        near = replace(told(clear, findings, 0.5), chances=chances(S01=1.0, S02=0.0, S03=0.6, S04=0.4))
        said = (
            *lines(near),
            summaries.caveat(),
            summaries.summary(near).headline,
            *(summaries.finding(one, {}) for one in findings),
        )
    assert not [line for line in said if ACCUSING.search(line)]
    assert all(re.search("请核对|check", summaries.finding(one, {})) for one in findings)


def test_scores_on_which_whole_groups_hang_come_before_the_rest(clear: TrackAnalysis) -> None:
    weak = Links((Bridge("E2", "S03", ("S01", "S02")),), 1, (), None)
    found = told(replace(clear, statistics=replace(clear.statistics, links=weak)))
    assert any(line.startswith("有 1 份评分各是一组申报与其余申报之间唯一的联系") for line in lines(found))
    assert summaries.structure(found) == (
        "E2 对 S03 的评分是唯一的联系；没有它，S01、S02 无法与其余申报比较。",
    )
