"""The inspector's report (监督报告) as a Word document to be read, completed and signed."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from docx import Document
from docx.document import Document as Word
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table

from panel.language import _, pgettext
from panel.queries.flags import RuleView
from panel.queries.inspections import Inspection
from panel.sentences.durations import lasting
from panel.sentences.events import KINDS
from panel.sentences.figures import moment
from panel.vocabulary import term

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_BODY, _HEADING = "FangSong", "SimHei"
_CELL, _HEAD, _GAP, _ANSWER = "Table Text", "Table Head", "After Table", "Answer"
_INK = RGBColor(0x18, 0x21, 0x2E)
_LINES_TO_WRITE_ON = 6
_BREAK = "\u200b"
"""Where a line may end: between numbers, and not inside one."""


def name(inspection: Inspection) -> str:
    """The file's name."""
    return _("监督报告-{code}.docx").format(code=inspection.round_.code)


def write(inspection: Inspection, size: int, verified: Sequence[str]) -> bytes:
    """The report from the first `size` entries; `verified` says what the verification found."""
    document = Document()
    _dress(document, inspection)
    _opening(document, inspection, size)
    _stages(document, inspection)
    _actors(document, inspection)
    _refusals(document, inspection)
    _flags(document, inspection)
    _trail(document, inspection, verified)
    _result(document, inspection)
    _opinion(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _dress(document: Word, inspection: Inspection) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.6)
    section.top_margin = section.bottom_margin = Cm(2.5)
    for style, font, points in (
        ("Normal", _BODY, 12),
        ("Title", _HEADING, 22),
        ("Heading 1", _HEADING, 14),
        ("Heading 2", _HEADING, 12),
    ):
        found = document.styles[style]
        assert isinstance(found, ParagraphStyle)
        found.font.name, found.font.size, found.font.color.rgb = "Times New Roman", Pt(points), _INK
        fonts = found.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        fonts.set(qn("w:eastAsia"), font)
    _styles(document)
    properties = document.core_properties
    properties.title = _("监督报告（草稿）")
    properties.author = ""
    properties.comments = ""
    properties.created = properties.modified = inspection.at.replace(tzinfo=None)


def _styles(document: Word) -> None:
    """The styles of tables: in smaller letters, with air around them."""
    for name, base, points, around in (
        (_CELL, "Normal", 10, 3),
        (_HEAD, _CELL, 10, 3),
        (_GAP, "Normal", 6, 0),
        (_ANSWER, "Normal", 11, 6),
    ):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(style, ParagraphStyle)
        style.base_style = document.styles[base]
        style.font.size = Pt(points)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(around)
    document.styles[_HEAD].font.bold = True
    document.styles[_ANSWER].paragraph_format.left_indent = Cm(0.63)
    bullet = document.styles["List Bullet"].paragraph_format
    bullet.space_after, bullet.keep_with_next = Pt(2), True


def _opening(document: Word, inspection: Inspection, size: int) -> None:
    document.add_heading(_("监督报告（草稿）"), 0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    _paragraph(
        document,
        _(
            "本报告由系统依据前 {size} 条留痕起草，时间 {when}。"
            "其中的数字和提示只陈述记录，不作任何认定；结论由监察员核实后填写。"
        ).format(size=size, when=moment(inspection.at)),
    )
    _table(
        document,
        (_("项目"), _("内容")),
        [
            (pgettext("one", "评选批次"), inspection.round_.title),
            (_("批次代码"), inspection.round_.code),
            (_("依据"), inspection.policy.regulation.number),
            (_("当前环节"), inspection.round_.stage_term),
            (_("评审细则的摘要"), inspection.policy.digest),
        ],
        (4, 11.8),
    )


def _stages(document: Word, inspection: Inspection) -> None:
    document.add_heading(_("一、各环节"), 1)
    rows = []
    for one in inspection.stages:
        span = one.span
        acts = _("、").join(f"{_(KINDS[kind])} {count}" for kind, count in one.kinds.items())
        rows.append(
            (
                term(span.stage),
                moment(span.begun) if span.begun else "",
                lasting(span.lasted) if span.lasted is not None else "",
                acts,
                str(span.entry),
            )
        )
    _table(
        document,
        (_("环节"), _("开始"), _("历时"), _("留痕的类别和条数"), _("留痕号")),
        rows,
        (2, 3.4, 2.6, 6, 1.8),
    )


def _actors(document: Word, inspection: Inspection) -> None:
    document.add_heading(_("二、操作人员"), 1)
    _table(
        document,
        (_("姓名"), _("角色"), _("操作条数")),
        [(one.name, one.role, str(one.acts)) for one in inspection.actors],
        (7, 5.8, 3),
    )


def _refusals(document: Word, inspection: Inspection) -> None:
    document.add_heading(_("三、被拒绝的操作"), 1)
    if not inspection.refusals:
        _paragraph(document, _("没有被拒绝的操作。"))
        return
    _table(
        document,
        (_("留痕号"), _("时间"), _("人员"), _("内容")),
        [(str(one.index), moment(one.at), one.actor, one.sentence) for one in inspection.refusals],
        (1.8, 3.4, 3, 7.6),
    )
    if inspection.more_refusals:
        _paragraph(document, _("还有更早的，见留痕。"))


def _flags(document: Word, inspection: Inspection) -> None:
    document.add_heading(_("四、核实提示"), 1)
    _paragraph(document, _("以下由规则自动列出，每项附数字和留痕号，须逐项核实。"))
    for rule in inspection.rules:
        if rule.flags:
            _rule(document, rule)
    quiet = [f"{rule.rule} {rule.title}" for rule in inspection.rules if rule.flags == ()]
    waiting = [f"{rule.rule} {rule.title}" for rule in inspection.rules if rule.flags is None]
    if quiet:
        _paragraph(document, _("查过、没有发现：{rules}。").format(rules=_("、").join(quiet)))
    if waiting:
        _paragraph(document, _("启封之后才查：{rules}。").format(rules=_("、").join(waiting)))


def _rule(document: Word, rule: RuleView) -> None:
    document.add_heading(f"{rule.rule} {rule.title}", 2)
    for flag in rule.flags or ():
        entries = (_("、") + _BREAK).join(map(str, flag.entries))
        where = _("（留痕 {entries}）").format(entries=entries) if entries else ""
        document.add_paragraph(flag.sentence + where, style="List Bullet")
        document.add_paragraph(_("核实情况：") + "_" * 48, style=_ANSWER)


def _trail(document: Word, inspection: Inspection, verified: Iterable[str]) -> None:
    document.add_heading(_("五、留痕核验"), 1)
    for sentence in verified:
        _paragraph(document, sentence)
    _paragraph(
        document,
        _("共有 {count} 个签名校验点，最近一个覆盖前 {size} 条留痕。").format(
            count=inspection.checkpoint_count, size=inspection.checkpoint_size
        ),
    )


def _result(document: Word, inspection: Inspection) -> None:
    document.add_heading(_("六、评审结果"), 1)
    found = inspection.result
    if found is None:
        _paragraph(document, _("尚未启封，没有评审结果。"))
        return
    final = _("留痕 {number}").format(number=found.final) if found.final is not None else _("尚未确认")
    _table(
        document,
        (_("项目"), _("内容")),
        [
            (_("计算时间"), f"{moment(found.at)} · " + _("留痕 {number}").format(number=found.entry)),
            (_("计算方法"), found.method),
            (_("评审细则的摘要"), found.policy),
            (_("计算依据的摘要"), found.inputs),
            (_("结果的摘要"), found.result),
            (_("结果确认"), final),
        ],
        (4, 11.8),
    )


def _opinion(document: Word) -> None:
    document.add_heading(_("七、监察意见"), 1)
    for _line in range(_LINES_TO_WRITE_ON):
        _paragraph(document, "_" * 62)
    for label in (_("监察员（签名）："), _("日期：")):
        _paragraph(document, label + "_" * 24)


def _paragraph(document: Word, text: str) -> None:
    paragraph = document.add_paragraph(text)
    paragraph.paragraph_format.space_after = Pt(6)


def _table(
    document: Word, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float]
) -> None:
    """A table with its head repeated on every page; widths in centimetres."""
    table = document.add_table(rows=0, cols=len(head))
    table.style = "Table Grid"
    table.autofit = False
    # Before there are rows: each takes the widths of its cells from here.
    for width, column in zip(widths, table.columns, strict=True):
        column.width = Cm(width)
    styles = document.styles
    head_row = _row(table, head, styles[_HEAD].style_id)
    head_row.append(head_row.makeelement(qn("w:tblHeader"), {}))
    for row in rows:
        _row(table, row, styles[_CELL].style_id)
    document.add_paragraph(style=_GAP)


def _row(table: Table, texts: Sequence[str], style: str) -> Any:
    """One more row, which no page divides; answers its properties.

    The style is set by its id and by hand: found anew for each cell it takes longer than all the rest.
    """
    row = table.add_row()  # type: ignore[no-untyped-call]
    for text, cell in zip(texts, row._tr.tc_lst, strict=True):
        paragraph = cell.p_lst[0]
        paragraph.style = style
        paragraph.add_r().text = text
    properties = row._tr.get_or_add_trPr()
    properties.append(properties.makeelement(qn("w:cantSplit"), {}))
    return properties
