"""The result workbook (结果工作簿): places with reasons, every expert's sheets, the matrix, votes, proofs."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from panel.audit.read import Head
from panel.clock import OFFICE_ZONE
from panel.documents import analyses, matrices, verdicts
from panel.documents.printouts import GREY, PALE, Cell, Formula, Sheet, Styles
from panel.language import _, current, pgettext, together
from panel.queries.analyses import AnalysisView
from panel.queries.results import Person, PlaceView, ResultView, SheetView, VoteView
from panel.rules.criteria import NAMED_VOTE, TrackPolicy
from panel.sentences.figures import day, moment
from panel.vocabulary import term


def name(view: ResultView) -> str:
    """The file's name; one that was made before the result is final says so."""
    provisional = "" if view.finalised else _("（未确认）")
    return _("评审结果-{code}{provisional}.xlsx").format(code=view.round_.code, provisional=provisional)


def write(found: AnalysisView, head: Head) -> bytes:
    """The workbook; the same result under the same trail gives the same bytes."""
    view, out = found.result, io.BytesIO()
    # No text that somebody typed may become a formula, a link or a number.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        created = view.current.computed_at.astimezone(OFFICE_ZONE).replace(tzinfo=None)
        book.set_properties({"title": _heading(view, _("评审结果")), "created": created})
        book.set_size(2400, 1400)
        styles = Styles(book, view.current.result.places)
        _places(view, styles)
        # The matrix stands before the sheets that it refers to.
        summary = matrices.begin(view, styles)
        analyses.write(found, styles, _foot(view))
        at = {person.number: _own_sheets(view, styles, person) for person in view.panel}
        matrices.fill(found, summary, _state(view)[:1], at, _foot(view))
        _votes(view, styles)
        _proofs(view, styles, head)
    return out.getvalue()


_FIRST_POINTS = 2
"""The column with an expert's first criterion."""


# The sheets


def _heading(view: ResultView, what: str) -> str:
    return f"{view.round_.title} · {what}"


def _foot(view: ResultView) -> str:
    return _("结果摘要 {digest}").format(digest=view.current.result_digest[:16])


def _state(view: ResultView) -> list[tuple[str, bool]]:
    """How far the result can be relied on."""
    lines = []
    if view.finalised:
        said = _("结果已确认：{who}，{when}。").format(who=view.finalised.who, when=moment(view.finalised.at))
        lines.append((said, False))
    else:
        lines.append((_("结果尚未确认，以下名次可能变化，不得对外发布。"), True))
    if view.stale:
        lines.append((_("计算之后评分或评审决定有变化，须重新计算。"), True))
    if view.ties:
        ties = _("；").join(_("、").join(tie.pending.tie) for tie in view.ties)
        lines.append((_("并列待定：{ties}。").format(ties=ties), True))
    return lines


def _places(view: ResultView, styles: Styles) -> None:
    """Both tracks with the cut line and the reason of every place."""
    sheet = styles.sheet(_("结果"), (8, 10, 8, 32, 30, 10, 10, 8, 20, 64))
    sheet.title(_heading(view, _("评审结果")), _state(view))
    sheet.head(
        [
            _("名次"),
            _("得分名次"),
            _("编号"),
            _("申报单位"),
            _("项目或职业"),
            _("最终得分"),
            _("原始均分"),
            _("评分表"),
            _("结论"),
            _("理由"),
        ]
    )
    for track in view.tracks:
        sheet.band(
            _("{track}（限额 {cap} 名，入选 {seated} 名）").format(
                track=term(track.track), cap=track.cut.cap, seated=track.cut.seated
            )
        )
        for one in track.selected:
            _place(sheet, view, one, chosen=True)
        sheet.rule(track.line)
        for one in (*track.reserve, *track.others):
            _place(sheet, view, one, chosen=False)
        sheet.gap()
    sheet.note(
        _(
            "名次：剔除随工作室落选等情形之后的排序；得分名次：剔除之前，按最终得分在本类全部有得分申报中的排序。"
        )
    )
    sheet.finish(_foot(view))


def _place(sheet: Sheet, view: ResultView, one: PlaceView, *, chosen: bool) -> None:
    styles, scale = sheet.styles, 10**sheet.styles.places
    ground: dict[str, Any] = {"bg_color": PALE} if chosen else {}
    bold: dict[str, Any] = {"bold": True} if chosen else {}
    text = styles.text(**ground)
    centred = styles.text(align="center", **ground, **bold)
    whole = styles.figure(align="center", **ground)
    shown = one.place.official is not None
    figures = one.figures
    sheet.cells(
        [
            one.place.position,
            one.place.rank,
            one.number,
            one.unit,
            one.title,
            one.place.official / scale if one.place.official is not None else None,
            figures.raw_mean / scale if figures and shown else None,
            figures.sheets if figures else None,
            verdicts.verdict(view, one),
            one.sentence,
        ],
        [
            styles.figure(align="center", **ground, **bold),
            whole,
            centred,
            text,
            text,
            styles.figure(styles.score, **ground, **bold),
            styles.figure(styles.score, **ground),
            whole,
            centred,
            text,
        ],
    )


def _own_sheets(view: ResultView, styles: Styles, person: Person) -> Mapping[str, str]:
    """Every sealed sheet of one expert: points, totals, comments; answers where each total stands."""
    units = {track.track: view.policy.track(track.track).units() for track in view.tracks}
    most = max(map(len, units.values()))
    sheet = styles.sheet(_tab(person), (10, 9, *[8] * most, 9, 12, 76))
    roles = [_("组长")] * person.chair + [_("缺席")] * person.absent
    who = f"{person.number} {person.name}" + (_("（{}）").format(_("、").join(roles)) if roles else "")
    own = [each for each in view.sheets if each.expert == person.number]
    totals: dict[str, str] = {}
    sheet.title(_heading(view, who), [(_("已封存评分表 {count} 份。").format(count=len(own)), False)])
    sheet.head(
        [
            _("盲评编号"),
            _("编号"),
            *(_("指标{n}").format(n=n) for n in range(1, most + 1)),
            _("总分"),
            _("状态"),
            _("评语"),
        ]
    )
    for track in view.tracks:
        names = "　".join(
            f"{n} {unit.name.in_(current())}" + _("（{}）").format(f"{unit.points / 100:g}")
            for n, unit in enumerate(units[track.track], 1)
        )
        sheet.band(f"{term(track.track)}　{names}")
        for each in sorted(own, key=lambda one: one.blind_code):
            if each.application in {one.number for one in track.places}:
                totals[each.application] = sheet.reference(_FIRST_POINTS + most)
                _own_sheet(sheet, each, units[track.track], most)
        sheet.gap()
    sheet.finish(_foot(view))
    return totals


def _own_sheet(sheet: Sheet, each: SheetView, units: Sequence[Any], most: int) -> None:
    styles = sheet.styles
    grey: dict[str, Any] = {} if each.counted else {"font_color": GREY}
    points: list[Cell] = [each.items[unit.id][0] / 100 for unit in units]
    points += [None] * (most - len(points))
    comments = [
        unit.name.in_(current()) + _("：") + each.items[unit.id][1]
        for unit in units
        if each.items[unit.id][1]
    ]
    if each.void_because:
        comments.insert(0, _("作废理由：{why}").format(why=each.void_because))
    sheet.cells(
        [
            each.blind_code,
            each.application,
            *points,
            Formula(f"=SUM({sheet.across(_FIRST_POINTS, _FIRST_POINTS + most - 1)})", each.total / 100),
            _("计入") if each.counted else _("不计入"),
            "\n".join(comments) or None,
        ],
        [
            styles.text(align="center", bold=True, **grey),
            styles.text(align="center", **grey),
            *[styles.figure("0.0#", **grey)] * most,
            styles.figure("0.00", bold=True, **grey),
            styles.text(align="center", **grey),
            styles.text(valign="top", **grey),
        ],
    )


def _tab(person: Person) -> str:
    """A name that a sheet may have."""
    plain = "".join("_" if c in "[]:*?/\\'" else c for c in person.number)
    return _("专家 {number}").format(number=plain)


def _cast(vote: VoteView) -> list[tuple[str, str, str, str]]:
    """Voter, part, choice and reason of each ballot; one line where nobody could vote."""
    if not vote.ballots:
        return [("–", _("无人可以投票"), _("均不入选"), vote.reason)]
    return [
        (
            f"{ballot.voter.number} {ballot.voter.name}",
            _("组长决定") if ballot.chair else _("投票"),
            _("、").join(ballot.choice),
            ballot.reason,
        )
        for ballot in vote.ballots
    ]


def _votes(view: ResultView, styles: Styles) -> None:
    """Who voted for what, and why."""
    sheet = styles.sheet(_("记名投票"), (18, 22, 14, 24, 90))
    sheet.title(_heading(view, _("记名投票")))
    sheet.head([_("并列申报"), _("投票人"), _("身份"), _("选择"), _("理由")])
    for vote in view.votes:
        for row in _cast(vote):
            sheet.cells(
                [_("、").join(vote.tie), *row],
                [
                    styles.text(align="center"),
                    styles.text(),
                    styles.text(align="center"),
                    styles.text(align="center", bold=True),
                    styles.text(),
                ],
            )
    if not view.votes:
        sheet.note(_("本批次没有进行记名投票。"))
    sheet.finish(_foot(view))


def _proofs(view: ResultView, styles: Styles, head: Head) -> None:
    """Under which rules this came about, and by what it can be checked."""
    sheet = styles.sheet(_("政策与校验"), (30, 110))
    sheet.title(_heading(view, _("政策与校验")))
    sheet.head([_("项目"), _("内容")])
    for part, pairs in (
        (_("评审规则"), _rules(view)),
        (_("计算"), _computation(view)),
        (_("留痕"), _trail(head)),
    ):
        sheet.band(part)
        for key, value in pairs:
            sheet.cells([key, value], [styles.text(bold=True, bg_color=PALE), styles.text()])
    sheet.gap(6)
    sheet.note(
        _("核验方法：用同一评审细则和同一批评分重新计算，结果摘要应当一致；用 panel audit verify 核验留痕。")
    )
    sheet.finish(_foot(view))


def _rules(view: ResultView) -> list[tuple[str, str]]:
    policy = view.policy
    pairs = [
        (pgettext("one", "评选批次"), view.round_.title + _("（{}）").format(view.round_.code)),
        (_("申报截止日期"), day(view.round_.closes_on)),
        (_("依据"), policy.regulation.title.in_(current()) + _("（{}）").format(policy.regulation.number)),
        (_("评审细则"), policy.name),
        (_("评审细则摘要"), view.current.policy_digest),
        (_("计算方法"), view.method + _("（{}）").format(policy.method)),
        (_("得分小数位数"), _("{places} 位，四舍五入").format(places=policy.places)),
        (_("最少有效评分表"), _("{quorum} 份").format(quorum=policy.quorum)),
    ]
    for track in view.tracks:
        pairs.append((term(track.track), _track_rules(policy.track(track.track))))
    return pairs


def _track_rules(rules: TrackPolicy) -> str:
    ladder = _("、").join(
        _("记名投票") if rung == NAMED_VOTE else rules.criterion(rung).name.in_(current())
        for rung in rules.ladder
    )
    said = (
        _("限额 {cap} 名；合格线 {mark} 分；并列时依次比较：{ladder}。")
        if rules.pass_mark
        else _("限额 {cap} 名；不设合格线；并列时依次比较：{ladder}。")
    )
    words = said.format(cap=rules.cap, mark=f"{rules.pass_mark / 100:g}", ladder=ladder)
    floors = _("、").join(
        f"{rules.criterion(criterion).name.in_(current())} {percent}%"
        for criterion, percent in rules.floors.items()
    )
    return together(words, _("单项最低要求：{floors}。").format(floors=floors) if floors else "")


def _computation(view: ResultView) -> list[tuple[str, str]]:
    result = view.current
    pairs = [
        (_("计算时间"), moment(result.computed_at)),
        (_("第几次计算"), str(len(view.history))),
        (_("输入摘要"), result.input_digest),
        (_("结果摘要"), result.result_digest),
    ]
    residuals = [
        f"{term(track.track)} {track.comparison.residual}"
        for track in view.tracks
        if track.comparison and track.comparison.residual
    ]
    exact = _("精确有理数运算，无舍入误差")
    pairs.append(
        (_("数值精度"), _("最大残差（百分之一分）：") + _("、").join(residuals) if residuals else exact)
    )
    if view.finalised:
        pairs.append((_("结果确认"), view.finalised.who + _("，") + moment(view.finalised.at)))
    return pairs


def _trail(head: Head) -> list[tuple[str, str]]:
    return [(_("导出时留痕记录数"), str(head.size)), (_("导出时留痕根哈希"), head.root)]
