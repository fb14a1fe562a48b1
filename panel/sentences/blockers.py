"""What stands in the way of the next step, as a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from panel.language import N_, _
from panel.rules.steps import BlockerCode, Step

_SENTENCES: Mapping[BlockerCode, str] = {
    BlockerCode.NO_APPLICATIONS: N_("还没有申报。请先导入申报工作簿。"),
    BlockerCode.NOT_DECIDED: N_("{count} 项申报还没有资格审查结论。"),
    BlockerCode.NOT_COMPLETED: N_("{count} 项申报等待补正，补正后须重新作出结论。"),
    BlockerCode.IDENTITY_WORDS: N_("{count} 项盲评申报的文字中还有可能识别身份的词语没有处理。"),
    BlockerCode.MATERIAL_UNREVIEWED: N_("{count} 项盲评申报的材料还没有审查完，须逐页确认遮盖。"),
    BlockerCode.STATEMENT_MISSING: N_("{count} 项申报缺少评审陈述。"),
    BlockerCode.PANEL_TOO_SMALL: N_("专家组现有 {first} 人，少于规定的 {second} 人。"),
    BlockerCode.DRAW_UNFINISHED: N_("抽取已准备好，还没有完成。"),
    BlockerCode.CONFLICT_UNDECIDED: N_("{count} 名专家的利益冲突还没有作出回避决定。"),
    BlockerCode.OUT_OF_VALIDITY: N_("申报截止日期不在管理办法的有效期内。"),
    BlockerCode.SHEETS_MISSING: N_("还有 {count} 份评分表没有提交。"),
    BlockerCode.NO_RESULT: N_("还没有计算评审结果。"),
    BlockerCode.RESULT_STALE: N_("结果计算之后情况有变化，须重新计算。"),
    BlockerCode.TIE_PENDING: N_("{items}并列，等待记名投票。"),
}
_DONE: Mapping[BlockerCode, str] = {
    BlockerCode.NO_APPLICATIONS: N_("申报已导入。"),
    BlockerCode.NOT_DECIDED: N_("全部申报已有资格审查结论。"),
    BlockerCode.NOT_COMPLETED: N_("没有等待补正的申报。"),
    BlockerCode.STATEMENT_MISSING: N_("评审陈述齐全。"),
    BlockerCode.IDENTITY_WORDS: N_("盲评文字中没有待处理的身份词语。"),
    BlockerCode.MATERIAL_UNREVIEWED: N_("盲评申报的材料均已审查。"),
    BlockerCode.PANEL_TOO_SMALL: N_("专家组人数达到规定。"),
    BlockerCode.CONFLICT_UNDECIDED: N_("利益冲突均已作出回避决定。"),
    BlockerCode.SHEETS_MISSING: N_("评分表已全部提交。"),
    BlockerCode.NO_RESULT: N_("评审结果已计算。"),
    BlockerCode.RESULT_STALE: N_("结果与现有数据一致。"),
    BlockerCode.TIE_PENDING: N_("没有等待投票的并列。"),
}
_CHECKED: Mapping[Step, tuple[BlockerCode, ...]] = {
    Step.OPEN_SCORING: tuple(_DONE)[:8],
    Step.CLOSE_SCORING: (BlockerCode.SHEETS_MISSING,),
    Step.OPEN_SEALS: (BlockerCode.SHEETS_MISSING, BlockerCode.CONFLICT_UNDECIDED),
    Step.FINALIZE: (
        BlockerCode.CONFLICT_UNDECIDED,
        BlockerCode.NO_RESULT,
        BlockerCode.RESULT_STALE,
        BlockerCode.TIE_PENDING,
    ),
}
_SHOWN = 12


def sentence(code: BlockerCode, items: Sequence[str] = ()) -> str:
    """One blocker in words."""
    first, second = (*items, "", "")[:2]
    return _(_SENTENCES[code]).format(count=len(items), items=_("、").join(items), first=first, second=second)


def checked(step: Step | None) -> tuple[BlockerCode, ...]:
    """What is looked at before a step, in the order in which it is usually done."""
    return _CHECKED[step] if step else ()


def done(code: BlockerCode) -> str:
    """That this is not in the way, in words."""
    return _(_DONE[code])


def detail(code: BlockerCode, items: Sequence[str]) -> str:
    """Which applications, experts or sheets it is about, as far as one line holds them."""
    if code in (BlockerCode.PANEL_TOO_SMALL, BlockerCode.TIE_PENDING, BlockerCode.DRAW_UNFINISHED):
        return ""
    if code is BlockerCode.SHEETS_MISSING:
        return _by_expert(items)
    shown = _("、").join(items[:_SHOWN])
    more = len(items) - _SHOWN
    return shown if more <= 0 else _("{items} 等 {count} 项").format(items=shown, count=len(items))


def _by_expert(sheets: Sequence[str]) -> str:
    """Whose sheets are missing: each of them while they are few, else how many of whom."""
    of: dict[str, list[str]] = {}
    for sheet in sheets:
        expert, _slash, application = sheet.partition("/")
        of.setdefault(expert, []).append(application)
    few = len(sheets) <= _SHOWN
    return _("、").join(
        _("{expert}（{items}）").format(expert=expert, items=_("、").join(several))
        if few
        else _("{expert} {count} 份").format(expert=expert, count=len(several))
        for expert, several in of.items()
    )
