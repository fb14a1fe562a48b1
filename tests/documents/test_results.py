"""The result workbook, opened again: what stands in it, and that nothing that people typed computes."""

from __future__ import annotations

import io
import itertools
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from panel.audit import read
from panel.documents import results as document
from panel.documents.printouts import Styles
from panel.queries import analyses, results
from panel.queries.analyses import AnalysisView
from panel.queries.results import BallotView, Person, PlaceView, ResultView
from panel.rules.conflicts import Reach
from panel.rules.eligibility import Verdict
from panel.services import panelists, rankings, recusals
from tests.opened import CODE, Opened, caps, world_on
from tests.world import World

HEAD = read.Head(77, "ab" * 32)
CELLS = r"[A-Z]+[0-9]+:[A-Z]+[0-9]+"
OURS = re.compile(
    rf"SUM\({CELLS}\)|COUNT\({CELLS}\)|'[^'\[\]]+'!\$[A-Z]+\$[0-9]+|[A-Z]+[0-9]+"
    rf"|ROUND\(AVERAGE\({CELLS}\),[0-9]\)"
    rf"|ROUND\(\(SUM\({CELLS}\)-MAX\({CELLS}\)-MIN\({CELLS}\)\)/\(COUNT\({CELLS}\)-2\),[0-9]\)"
    rf"|ROUND\(ROUND\(AVERAGE\({CELLS}\)-SUMPRODUCT\(ISNUMBER\({CELLS}\)\*{CELLS}\)/COUNT\({CELLS}\),9\),[0-9]\)"
)
"""Every formula that may stand in the workbook: nothing in it was typed by anybody."""
PLANTED = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\tTAB",
    "\rCR",
    '=HYPERLINK("http://x")',
    "http://example.org",
)


def view(world: World) -> ResultView:
    with world.office.reading() as session:
        found = results.of_round(session, world.office.policy, CODE)
    assert found is not None
    return found


def workbook(found: ResultView, head: read.Head = HEAD) -> bytes:
    return document.write(analyses.beside(found), head)


def opened_again(data: bytes) -> Workbook:
    """As Excel shows it before it computes: with the values that stand beside the formulas."""
    return openpyxl.load_workbook(io.BytesIO(data), data_only=True)


def cells(sheet: Worksheet) -> list[Cell]:
    return [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]


def words(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for cell in cells(sheet)]


def row_of(sheet: Worksheet, wanted: str, column: int) -> list[Any]:
    """The row that has `wanted` in that column."""
    (found,) = [[cell.value for cell in row] for row in sheet.iter_rows() if row[column].value == wanted]
    return found


@dataclass(frozen=True, slots=True)
class Seen:
    """One round at two moments: with a tie that waits, and confirmed."""

    pending: ResultView
    final: ResultView
    world: World


@pytest.fixture(scope="module")
def seen(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """A tie at the studio cut, a fall, a refused studio, an absence, a late recusal.

    On one database only: what is written here has been read already.
    """
    folder = tmp_path_factory.mktemp("round")
    world = world_on(f"sqlite:///{shutil.copy(sqlite_file, folder)}", folder)
    caps(world.office, 1, 1)
    percents = {
        "S01": [80] * 6,
        "S02": [80] * 6,
        "P01": [90] * 6,
        "P02": [70] * 6,
        "P03": [60, 60, 70, 60, 60, 60],
    }
    others = {"S09": Verdict.REFUSED, "P09": Verdict.REFUSED}
    opened = Opened(world, percents, others=others, hand=7).scoring()
    panelists.mark_absent(world.office, world.secretary, CODE, "E7", "出差")
    opened.scored().unsealed()
    recusals.decide(world.office, world.secretary, CODE, "E6", Reach.APPLICATION, "P03", True, "曾任顾问")
    rankings.compute(world.office, world.secretary, CODE)
    pending = view(world)
    opened.vote(("S01", "S02"), ["S02", "S02", "S02", "S02", "S01", "S01"])
    opened.final()
    yield Seen(pending, view(world), world)
    world.office.engine.dispose()


def written(found: ResultView) -> Workbook:
    return opened_again(workbook(found))


def test_places_come_with_cut_line_scores_and_reasons(seen: Seen) -> None:
    sheet = written(seen.final)["结果"]
    first = row_of(sheet, "S02", 2)
    assert first[:3] == [1, 1, "S02"]
    assert first[5:8] == [80, 80, 6]
    assert first[8:] == [
        "入选",
        "最终得分 80.00，与 S01 并列第 1，剩余名额 1 个；各比较项均相同，记名投票 4:2，入选。",
    ]
    lost = row_of(sheet, "S01", 2)
    assert lost[8] == "并列未入选（递补第 1 位）"
    assert row_of(sheet, "P01", 2)[8] == "随工作室落选"
    assert row_of(sheet, "P02", 2)[8] == "入选（递补）"
    assert row_of(sheet, "P02", 2)[:2] == [1, 2]
    refused = row_of(sheet, "S09", 2)
    assert refused[:2] == [None, None]
    assert refused[5:8] == [None, None, None]
    numbers = [row[2].value for row in sheet.iter_rows()]
    lines = [row[0].value for row in sheet.iter_rows() if str(row[0].value).startswith("入选线")]
    assert lines[0] == "入选线：限额 1 名，入选最低分 80.00，线下最高分 80.00"
    at = [row[0].value for row in sheet.iter_rows()].index(lines[0])
    assert numbers.index("S02") < at < numbers.index("S01")
    assert (
        words(sheet)[1] == "结果已确认：E1（虚构），2026年9月1日 09:00。"
    )  # the chair was the second person


def test_an_unconfirmed_result_says_so(seen: Seen) -> None:
    found = seen.pending
    sheet = written(found)["结果"]
    assert "结果尚未确认，以下名次可能变化，不得对外发布。" in words(sheet)
    assert "并列待定：S01、S02。" in words(sheet)
    assert row_of(sheet, "S01", 2)[8] == "并列待定"
    stale = written(replace(found, stale=True))["结果"]
    assert "计算之后评分或评审决定有变化，须重新计算。" in words(stale)


def test_matrix_says_who_gave_what_and_why_a_cell_is_empty(seen: Seen) -> None:
    sheet = written(seen.pending)["汇总"]
    assert row_of(sheet, "P03", 0)[2:] == [60, 60, 70, 60, 60, "回避", "缺席", 5, 62, 60, 62]
    assert row_of(sheet, "S01", 0)[2:] == [80, 80, 80, 80, 80, 80, "缺席", 6, 80, 80, 80]
    assert row_of(sheet, "S09", 0)[2:] == ["–"] * 6 + ["缺席", None, None, None, None]
    severities = [[c.value for c in row] for row in sheet.iter_rows() if row[0].value == "宽严"]
    assert severities[0][2:9] == [0, 0, 0, 0, 0, 0, None]
    assert sum(v for v in severities[1][2:8] if isinstance(v, float | int)) == pytest.approx(0, abs=0.03)


def test_a_sheet_that_counts_no_more_is_shown_as_such(seen: Seen) -> None:
    # Void for another reason than a recusal.
    sheet = written(replace(seen.pending, hidden=frozenset()))["汇总"]
    assert row_of(sheet, "P03", 0)[7] == "不计"


def test_every_expert_has_a_sheet_with_points_and_comments(seen: Seen) -> None:
    book = written(seen.pending)
    assert book.sheetnames == [
        "结果",
        "汇总",
        "分析摘要",
        "申报分析",
        "专家分析",
        "一致程度",
        "敏感性",
        *(f"专家 E{n}" for n in range(1, 8)),
        "记名投票",
        "政策与校验",
    ]
    found = seen.pending
    blind = {one.number: one.blind_code for track in found.tracks for one in track.places}
    row = row_of(book["专家 E3"], blind["P03"], 0)
    assert row[1:10] == ["P03", 14, 14, 14, 14, 7, 7, 70, "计入"]
    assert str(row[10]).startswith("需求的必要性：材料齐全")
    void = row_of(book["专家 E6"], blind["P03"], 0)
    assert void[9] == "不计入"
    assert str(void[10]).startswith("作废理由：曾任顾问\n")
    assert "（组长）" in str(book["专家 E1"]["A1"].value)
    assert "（缺席）" in str(book["专家 E7"]["A1"].value)


def test_votes_and_proofs(seen: Seen) -> None:
    empty = written(seen.pending)
    assert "本批次没有进行记名投票。" in words(empty["记名投票"])
    book = written(seen.final)
    ballots = [[c.value for c in row] for row in book["记名投票"].iter_rows()][3:]
    assert ballots[0] == ["S01、S02", "E1 专家E1（虚构）", "投票", "S02", "理由1"]
    assert len(ballots) == 6
    proofs = {row[0].value: row[1].value for row in book["政策与校验"].iter_rows()}
    found = seen.final.current
    assert proofs["结果摘要"] == found.result_digest
    assert proofs["输入摘要"] == found.input_digest
    assert proofs["评审细则摘要"] == seen.world.office.policy.digest
    assert proofs["导出时留痕记录数"] == "77"
    assert proofs["导出时留痕根哈希"] == HEAD.root
    assert proofs["计算方法"] == "校正分法（adjusted）"
    assert proofs["第几次计算"] == "3"
    assert proofs["建设项目"] == (
        "限额 1 名；合格线 60 分；并列时依次比较：成果的效益性、需求的必要性、执行的可行性和可靠性、记名投票"
        "。单项最低要求：经费预算的合理性和合法性 60%。"
    )


def test_a_chairs_decision_stands_among_the_votes(seen: Seen) -> None:
    (vote,) = seen.final.votes
    word = BallotView(vote.ballots[0].voter, ("S01", "S02"), "带徒更好", chair=True)
    found = replace(seen.final, votes=(replace(vote, ballots=(*vote.ballots, word)),))
    last = [[cell.value for cell in row] for row in written(found)["记名投票"].iter_rows()][-1]
    assert last == ["S01、S02", "E1 专家E1（虚构）", "组长决定", "S01、S02", "带徒更好"]


def planted_in(found: ResultView) -> ResultView:
    """The same result, with something that looks like a formula wherever people write."""
    texts = itertools.cycle(PLANTED)

    def place(one: PlaceView) -> PlaceView:
        sheets = tuple(
            replace(
                sheet,
                items={unit: (points, next(texts)) for unit, (points, _said) in sheet.items.items()},
                void_because=next(texts),
            )
            for sheet in one.sheets
        )
        return replace(one, unit=next(texts), title=next(texts), sentence=next(texts), sheets=sheets)

    def people(several: Iterable[Person]) -> tuple[Person, ...]:
        return tuple(replace(person, name=next(texts)) for person in several)

    assert found.finalised is not None
    return replace(
        found,
        round_=replace(found.round_, title=next(texts)),
        tracks=tuple(
            replace(
                track,
                selected=tuple(map(place, track.selected)),
                reserve=tuple(map(place, track.reserve)),
                others=tuple(map(place, track.others)),
            )
            for track in found.tracks
        ),
        votes=tuple(
            replace(
                vote,
                ballots=tuple(
                    replace(ballot, voter=people([ballot.voter])[0], reason=next(texts))
                    for ballot in vote.ballots
                ),
            )
            for vote in found.votes
        ),
        panel=people(found.panel),
        finalised=replace(found.finalised, who=next(texts)),
    )


def test_no_text_that_somebody_typed_becomes_a_formula_or_a_link(seen: Seen) -> None:
    data = workbook(planted_in(seen.final))
    shown: set[str] = set()
    for sheet in opened_again(data).worksheets:
        for cell in cells(sheet):
            assert cell.data_type == ("s" if isinstance(cell.value, str) else "n"), cell.coordinate
            assert cell.hyperlink is None
            shown.add(str(cell.value))
    assert {"=1+1", "+1+1", "-1+1", "@SUM(A1)", "\tTAB", "http://example.org"} <= shown
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        content = {name: parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml")}
    formulas = [f for text in content.values() for f in re.findall(r"<f[^>]*>([^<]*)</f>", text)]
    assert formulas
    assert [f for f in formulas if not OURS.fullmatch(f)] == []
    assert not any("hyperlink" in text for text in content.values())
    assert not any(re.search(r"<v>\s*(NaN|nan|inf)", text) for text in content.values())
    assert 'quotePrefix="1"' in content["xl/styles.xml"]


def test_the_same_result_gives_the_same_bytes(seen: Seen) -> None:
    found = seen.final
    first = workbook(found)
    assert workbook(view(seen.world)) == first
    assert workbook(found, read.Head(78, HEAD.root)) != first


def test_every_sheet_prints_on_a4_across_with_its_header_on_every_page(seen: Seen) -> None:
    for sheet in written(seen.pending).worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert int(str(sheet.page_setup.paperSize)) == 9
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows
        assert sheet.oddFooter is not None
        assert "结果摘要" in str(sheet.oddFooter.left.text)


def test_scores_are_numbers_with_the_places_of_the_policy(seen: Seen) -> None:
    sheet = written(seen.pending)["结果"]
    (cell,) = [row[5] for row in sheet.iter_rows() if row[2].value == "P03"]
    assert (cell.value, cell.number_format) == (62, "0.00")


def test_a_disconnected_or_inexact_track_is_told(seen: Seen) -> None:
    found = seen.pending
    track = found.tracks[0]
    assert track.comparison is not None
    inexact = replace(track, comparison=replace(track.comparison, residual="3.1e-10"))
    proofs = opened_again(workbook(replace(found, tracks=(inexact, found.tracks[1]))))["政策与校验"]
    assert "最大残差（百分之一分）：技能大师工作室 3.1e-10" in words(proofs)
    without = replace(track, comparison=None)
    assert workbook(replace(found, tracks=(without, found.tracks[1])))


def test_tabs_have_names_that_an_office_program_takes(seen: Seen) -> None:
    found = seen.pending
    odd = [replace(found.panel[0], number=number) for number in ("a/b[1]*?:\\'", "X" * 40, "x" * 40, "E1")]
    without_sheets = AnalysisView(replace(found, panel=tuple(odd)), ())
    names = opened_again(document.write(without_sheets, HEAD)).sheetnames
    assert len({name.casefold() for name in names}) == len(names)
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def test_whole_scores_have_no_decimals() -> None:
    book = openpyxl.Workbook()
    assert Styles(book, 0).score == "0"  # type: ignore[arg-type]
    assert Styles(book, 3).score == "0.000"  # type: ignore[arg-type]
