"""Red flags (核实提示) in words: the rule, and what it found as a request to check; never an accusation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

from panel.language import N_, _
from panel.rules.flags.facts import Flag, Rule, What
from panel.rules.rounding import POINT_PLACES, text
from panel.rules.thresholds import Thresholds

_TITLES: Mapping[Rule, str] = {
    Rule.CHANGED: N_("封存后改分"),
    Rule.DEVIATION: N_("评分偏离"),
    Rule.DECISIVE: N_("一人决定入选"),
    Rule.LEANING: N_("对同一单位持续偏高"),
    Rule.PACE: N_("评分用时"),
    Rule.PATTERN: N_("评分雷同"),
    Rule.UNREAD: N_("未打开即评分"),
    Rule.OBJECTIVE: N_("客观项评分不一"),
    Rule.INTERVENTION: N_("例外处理"),
    Rule.SIGN_IN: N_("登录情况"),
    Rule.COMMENTS: N_("评语雷同"),
    Rule.EARLY_LOOK: N_("过早查看结果"),
    Rule.CRITERIA: N_("评审细则变动"),
    Rule.TRAIL: N_("时钟与留痕"),
}

_RULES: Mapping[Rule, str] = {
    Rule.CHANGED: N_("评分表封存后退回重评，重新封存的分数与原来不同。"),
    Rule.DEVIATION: N_(
        "总分偏离该申报平均分超过 {deviation_percent}%，或者偏离中位数超过 {robust_z} 个稳健标准差"
        "（至少 {robust_min_sheets} 份评分表）。"
    ),
    Rule.DECISIVE: N_("去掉一名专家的全部评分表，入选名单就会不同。"),
    Rule.LEANING: N_(
        "对同一单位的每份评分表（至少 {pair_min_sheets} 份）都比其他专家高，"
        "且超出本人习惯 {pair_points} 分以上。"
    ),
    Rule.PACE: N_("平均每项指标用时不到 {seconds_per_unit} 秒，或者一分钟内保存超过 {saves_per_minute} 次。"),
    Rule.PATTERN: N_(
        "{straight_sheets} 份以上评分表各项得分率相同，或者 {same_rows} 份以上评分表各项分数完全相同。"
    ),
    Rule.UNREAD: N_("在打开申报的评审页面之前就保存了评分。"),
    Rule.OBJECTIVE: N_("对可以查证的指标，各专家给分相差超过 {objective_points} 分。"),
    Rule.INTERVENTION: N_("退回、作废、缺表推进、迟到的回避和撤回、人工选定专家等偏离通常程序的处理。"),
    Rule.SIGN_IN: N_(
        "同一人从超过 {sign_in_addresses} 个地址登录，用超过 {sign_in_devices} 种设备登录，"
        "或者在周末、{hours_from} 时之前、{hours_until} 时之后登录。"
    ),
    Rule.COMMENTS: N_("一名专家的全部评语（至少 {copied_comments} 条）都与别处逐字相同。"),
    Rule.EARLY_LOOK: N_("启封之前试图查看结果，或者评分表未交齐即查看结果。"),
    Rule.CRITERIA: N_("计算结果所用的评审细则，与评分开始时固定的不是同一文本。"),
    Rule.TRAIL: N_("时钟倒退 {clock_seconds} 秒以上，或者核验发现留痕被改动。"),
}

_SMALL = N_(
    "评分表封存后退回重评，重新封存的分数与原来不同。"
    "总分变动不到 {changed_points} 分、也不影响入选名单的，不提示。"
)

_SENTENCES: Mapping[What, str] = {
    What.CHANGED: N_(
        "{people}对 {applications} 的评分表第 {revision} 次封存改了 {changed} 项，"
        "总分由 {before} 变为 {after}（{by} 分），不影响入选名单，请核实。"
    ),
    What.CHANGED_ACROSS: N_(
        "{people}对 {applications} 的评分表第 {revision} 次封存改了 {changed} 项，"
        "总分由 {before} 变为 {after}（{by} 分），按原分数入选名单会不同，请核实。"
    ),
    What.FAR_FROM_MEAN: N_(
        "{people}有 {sheets} 份评分表偏离该申报平均分超过 {limit}%：{applications}；"
        "偏离最大的 {far}%（评 {points} 分，平均 {middle} 分），请核实。"
    ),
    What.FAR_FROM_MEDIAN: N_(
        "{people}有 {sheets} 份评分表偏离该申报中位数超过 {limit} 个稳健标准差：{applications}；"
        "偏离最大的 {far} 个（评 {points} 分，中位数 {middle} 分），请核实。"
    ),
    What.DECIDES: N_(
        "没有{people}的 {sheets} 份评分表，入选名单有 {out} 项退出、{in} 项进入：{applications}，请核实。"
    ),
    What.LEANS: N_(
        "{people}对同一单位的 {sheets} 份评分表（{applications}）都偏高，"
        "扣除本人习惯（{habit} 分）后至少高 {points} 分（达到 {limit} 分即提示），请核实。"
    ),
    What.QUICK: N_(
        "{people}有 {sheets} 份评分表（共 {of} 份）平均每项用时不到 {limit} 秒，最快 {seconds} 秒，请核实。"
    ),
    What.BURST: N_("{people}在一分钟内保存了 {saves} 次（超过 {limit} 次即提示），请核实。"),
    What.STRAIGHT: N_(
        "{people}有 {sheets} 份评分表（共 {of} 份）各项得分率相同（达到 {limit} 份即提示），请核实。"
    ),
    What.SAME_ROWS: N_("{people}对 {sheets} 项申报的各项评分完全相同：{applications}，请核实。"),
    What.SAME_AS_OTHER: N_(
        "{people}两人对 {sheets} 项申报（共同评审 {of} 项）的各项评分完全相同：{applications}，请核实。"
    ),
    What.UNREAD: N_(
        "{people}有 {sheets} 项申报（共评 {of} 项）在打开评审页面之前就保存了评分：{applications}，请核实。"
    ),
    What.DIFFERS: N_(
        "{applications} 的客观项 {units}，{experts} 名专家给分从 {least} 到 {most} 不等"
        "（相差超过 {limit} 分即提示），请核实。"
    ),
    What.RETURNED: N_("{people}对 {applications} 的评分表被退回重评，请核实理由。"),
    What.VOIDED: N_("{people}对 {applications} 的评分表被作废，请核实理由。"),
    What.FORCED: N_("尚缺 {missing} 份评分表即进入下一环节，请核实理由。"),
    What.LATE_RECUSAL: N_("评分开始后才决定{people}回避 {applications}，请核实理由。"),
    What.BY_HAND: N_("{people}不经抽取、由人工选定进入专家组，请核实理由。"),
    What.LATE_ABSENCE: N_("评分开始后登记{people}缺席，请核实理由。"),
    What.LATE_WITHDRAWAL: N_("评分开始后 {applications} 登记撤回，请核实。"),
    What.ADDRESSES: N_(
        "{people}从 {different} 个不同地址登录（共登录 {times} 次，超过 {limit} 个即提示），请核实。"
    ),
    What.DEVICES: N_(
        "{people}用 {different} 种不同设备登录（共登录 {times} 次，超过 {limit} 种即提示），请核实。"
    ),
    What.OFF_HOURS: N_("{people}在周末或 {hours_from} 时至 {hours_until} 时以外登录 {times} 次，请核实。"),
    What.COPIED: N_("{people}的 {comments} 条评语（不同的只有 {different} 条）都与别处逐字相同，请核实。"),
    What.TRIED: N_("{people}在启封之前试图查看结果，已被拒绝，请核实。"),
    What.SEEN_INCOMPLETE: N_("评分表没有交齐即启封，{people}已查看结果，请核实。"),
    What.OTHER_POLICY: N_(
        "批次现存的评审细则或 {results} 次计算所用的细则，与评分开始时固定的文本不同，请核实。"
    ),
    What.CLOCK: N_("系统时钟倒退了 {seconds} 秒（达到 {limit} 秒即提示），请核实。"),
    What.DAMAGE: N_("一次核验发现留痕有 {damages} 处被改动，请核实。"),
}

_IN_POINTS = frozenset(
    {
        "before",
        "after",
        "by",
        "points",
        "middle",
        "habit",
        "least",
        "most",
        "robust_z",
        "pair_points",
        "changed_points",
        "objective_points",
    }
)
"""Numbers in hundredths."""
_ALSO_IN_HUNDREDTHS: Mapping[What, frozenset[str]] = {
    What.FAR_FROM_MEDIAN: frozenset({"far", "limit"}),
    What.LEANS: frozenset({"limit"}),
    What.DIFFERS: frozenset({"limit"}),
}


def title(rule: Rule) -> str:
    """A rule in a few words."""
    return _(_TITLES[rule])


def says(rule: Rule, thresholds: Thresholds) -> str:
    """A rule with its limits."""
    numbers = {name: value for name, value in asdict(thresholds).items() if isinstance(value, int)}
    words = _SMALL if rule is Rule.CHANGED and thresholds.changed_points else _RULES[rule]
    return _(words).format_map(_shown(numbers, _IN_POINTS.__contains__))


def sentence(flag: Flag, people: str) -> str:
    """What a flag found; `people` are the names of those it is about."""
    hundredths = _IN_POINTS | _ALSO_IN_HUNDREDTHS.get(flag.what, frozenset())
    numbers = _shown(flag.numbers, hundredths.__contains__)
    applications = _("、").join(flag.applications)
    words = {"people": people, "applications": applications, "units": _("、").join(flag.units)}
    return _(_SENTENCES[flag.what]).format(**words, **numbers)


def _shown(numbers: Mapping[str, int], in_hundredths: Callable[[str], bool]) -> dict[str, str]:
    shown = {name: _points(value) if in_hundredths(name) else str(value) for name, value in numbers.items()}
    # A change says its direction.
    return {name: f"+{said}" if name == "by" and numbers[name] > 0 else said for name, said in shown.items()}


def _points(hundredths: int) -> str:
    plain = text(hundredths, POINT_PLACES)
    return plain.rstrip("0").rstrip(".")
