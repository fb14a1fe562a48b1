"""Material is taken in whole or not at all; what is refused says which file, why, and what to do."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl
import pytest
from sqlmodel import Session, select

from panel import tables
from panel.audit import read
from panel.documents.shelves import file_digest
from panel.errors import InvalidInput, NotAllowed, NotFound, Problem, RuleBroken
from panel.queries import materials as register
from panel.queries.materials import FileView
from panel.rules.applications import Material
from panel.rules.materials import FileKind, Look
from panel.rules.stages import Stage
from panel.services import materials
from panel.services.office import Office
from panel.vocabulary import term
from tests.material import PICTURE, known, packed, pdf
from tests.world import PROJECT, STUDIO, World
from tools.hostile import picture, zipped

# What is asked of the store here is the same on both databases; `test_redactions` runs on both.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CODE = "2026"
REPORT, PLAN = pdf("申报报告正文，共一页。"), pdf("计划书第一页的文字", "计划书第二页的文字")
TITLE = term(Material.M2_REPORT)


@pytest.fixture
def round_id(world: World) -> int:
    """A round that takes material for a studio and a project."""
    with world.store():
        round_id = world.round_()
        world.application(round_id, STUDIO)
        world.application(round_id, PROJECT)
    known(world.office, REPORT, PLAN, PICTURE)
    return round_id


def files(office: Office, number: str) -> list[FileView]:
    with office.reading() as session:
        return register.of_number(session, office.policy, _round(session), number)


def _round(session: Session) -> int:
    return session.exec(select(tables.Round.id)).one()


def acts(office: Office) -> list[tuple[str, str]]:
    with office.reading() as session:
        return [(record.act, record.subject) for record in reversed(read.page(session, limit=100))]


def withdrawn(world: World, number: str) -> None:
    with world.store() as session:
        row = session.exec(select(tables.Application).where(tables.Application.number == number)).one()
        row.withdrawn = True
        session.add(row)


def received(world: World, data: bytes) -> int:
    """An upload without problems, waiting."""
    found = materials.receive(world.office, world.secretary, CODE, "材料.zip", data)
    assert found.problems == ()
    return found.batch_id


def refused(world: World, data: bytes, name: str = "材料.zip") -> list[tuple[str, str]]:
    """What is wrong with an upload: the files and the beginnings of the remedies."""
    found = materials.receive(world.office, world.secretary, CODE, name, data)
    with world.office.reading() as session:
        waiting = session.exec(select(tables.MaterialFile)).all()
        batch = session.get_one(tables.MaterialBatch, found.batch_id)
    assert waiting == []
    assert batch.problems == len(found.problems) > 0
    assert batch.settled_at is not None
    return [(problem.where, problem.remedy) for problem in found.problems]


def test_an_upload_waits_until_it_is_taken_over(world: World, round_id: int) -> None:
    office = world.office
    data = packed(S01_申报报告__pdf=REPORT, P01_照片__png=PICTURE)
    batch = received(world, data)
    assert files(office, "S01") == []
    with office.reading() as session:
        found = register.batch(session, round_id, batch)
        assert register.batch(session, round_id + 1, batch) is None
    assert found is not None
    view, incoming = found
    assert view.pending
    assert view.digest == file_digest(data)
    assert [(one.application, one.title, one.material, one.pages) for one in incoming] == [
        ("P01", "照片", None, 1),
        ("S01", "申报报告", Material.M2_REPORT, 1),
    ]

    assert materials.apply(office, world.secretary, batch) == 2

    (report,), (photo,) = files(office, "S01"), files(office, "P01")
    assert (report.title, report.kind, report.digest) == ("申报报告", FileKind.PDF, file_digest(REPORT))
    assert [page.look for page in photo.pages] == [Look.NO_TEXT]
    assert acts(office) == [
        ("material.receive", str(batch)),
        ("material.add", "S01"),
        ("material.add", "P01"),
    ]
    with office.reading() as session:
        assert [batch.taken for batch in register.batches(session, round_id)] == [2]


def test_nothing_of_a_file_stands_in_the_log_but_numbers_and_digests(world: World, round_id: int) -> None:
    materials.apply(world.office, world.secretary, received(world, packed(S01_甲单位获奖__pdf=REPORT)))
    with world.office.reading() as session:
        assert not any("甲单位" in record.body for record in read.page(session, limit=100))


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("申报报告.pdf", "文件名应为"),
        ("S01_申报报告.docx", "只收 PDF、JPG、PNG 文件"),
        ("S01_" + "长" * 118 + ".pdf", "文件名无法辨认或超过"),
        ("S01_\u202e.pdf", "文件名含有看不见的字符"),
        ("S99_申报报告.pdf", "本批次没有编号为 S99 的申报"),
        ("S01_申报报告.png", "文件内容与扩展名不符"),
    ],
)
def test_a_file_that_cannot_be_taken_says_which_and_why(
    world: World, round_id: int, name: str, remedy: str
) -> None:
    ((_where, said),) = refused(world, zipped({name: REPORT}))
    assert said.startswith(remedy)


def test_one_bad_file_keeps_all_others_out(world: World, round_id: int) -> None:
    found = refused(world, packed(S01_申报报告__pdf=REPORT, P01_坏__pdf=b"%PDF-1.7", P01_空__png=b""))
    assert [where for where, _ in found] == ["P01_坏.pdf", "P01_空.png"]
    assert files(world.office, "S01") == []


def test_what_is_no_archive_is_refused_as_one_problem(world: World, round_id: int) -> None:
    assert [where for where, _ in refused(world, REPORT, "材料/包.zip")] == ["包.zip"]
    assert [where for where, _ in refused(world, b"", "\0")] == ["未命名"]


def test_an_upload_that_takes_too_long_is_stopped_as_a_whole(
    world: World, round_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(materials, "BATCH_SECONDS", -1)
    ((where, said),) = refused(world, packed(S01_申报报告__pdf=REPORT))
    assert (where, said[:4]) == ("材料.zip", "检查超过")


def test_the_same_file_is_not_taken_twice(world: World, round_id: int) -> None:
    assert len(refused(world, packed(S01_一__pdf=REPORT, S01_二__pdf=REPORT))) == 2
    materials.apply(world.office, world.secretary, received(world, packed(S01_申报报告__pdf=REPORT)))
    (problem,) = refused_again(world, packed(S01_另名__pdf=REPORT))
    assert problem.remedy.startswith("这项申报已有内容完全相同的材料")


def test_a_withdrawn_application_takes_nothing(world: World, round_id: int) -> None:
    batch = received(world, packed(S01_申报报告__pdf=REPORT))
    withdrawn(world, "S01")
    assert len(refused_again(world, packed(S01_申报报告__pdf=REPORT))) == 1
    with pytest.raises(InvalidInput):
        materials.apply(world.office, world.secretary, batch)
    assert files(world.office, "S01") == []


def refused_again(world: World, data: bytes) -> Sequence[Problem]:
    """The problems of an upload while another one waits."""
    return materials.receive(world.office, world.secretary, CODE, "材料.zip", data).problems


def test_what_was_taken_over_meanwhile_is_not_taken_over_again(world: World, round_id: int) -> None:
    data = packed(S01_申报报告__pdf=REPORT)
    first, second = received(world, data), received(world, data)
    materials.apply(world.office, world.secretary, first)
    with pytest.raises(InvalidInput):
        materials.apply(world.office, world.secretary, second)


def test_an_application_has_so_many_files_and_no_more(
    world: World, round_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(materials, "MOST_FILES", 1)
    ((where, said),) = refused(world, packed(S01_一__pdf=REPORT, S01_二__pdf=PLAN))
    assert where == "申报 S01"
    assert said.startswith("一项申报最多收 1 个文件")


def test_a_waiting_upload_can_be_dropped_once(world: World, round_id: int) -> None:
    batch = received(world, packed(S01_申报报告__pdf=REPORT))
    materials.drop(world.office, world.secretary, batch)
    for act in (materials.drop, materials.apply):
        with pytest.raises(RuleBroken):
            act(world.office, world.secretary, batch)
    with pytest.raises(NotFound):
        materials.drop(world.office, world.secretary, batch + 1)
    assert files(world.office, "S01") == []
    assert ("material.drop", str(batch)) in acts(world.office)


def test_a_single_file_is_taken_over_at_once(world: World, round_id: int) -> None:
    office, secretary = world.office, world.secretary
    added = materials.add(office, secretary, CODE, "P01", "P01_照片.png", PICTURE)
    assert added.problems == ()
    named = materials.add(office, secretary, CODE, "P01", "扫描件0001.pdf", PLAN, " 项目申报书 ")
    assert named.problems == ()
    assert [(file.title, file.material, file.place) for file in files(office, "P01")] == [
        ("照片", None, 1),
        ("项目申报书", Material.J2_PROPOSAL, 2),
    ]


def test_a_single_file_is_read_in_a_process_of_its_own(world: World, round_id: int) -> None:
    other = picture("PNG", (50, 70))
    assert materials.add(world.office, world.secretary, CODE, "P01", "图.png", other).problems == ()
    assert materials.shelf(world.office).damage(file_digest(other), "") is None


def test_a_single_file_that_cannot_be_taken_leaves_nothing(world: World, round_id: int) -> None:
    added = materials.add(world.office, world.secretary, CODE, "P01", "表.xlsx", b"PK\3\4")
    assert [problem.where for problem in added.problems] == ["表.xlsx"]
    assert files(world.office, "P01") == []


def test_a_removed_file_is_out_and_kept(world: World, round_id: int) -> None:
    office, secretary = world.office, world.secretary
    materials.add(office, secretary, CODE, "P01", "图.png", PICTURE)
    (file,) = files(office, "P01")
    materials.remove(office, secretary, CODE, file.id, "传错了。")
    assert files(office, "P01") == []
    assert materials.shelf(office).damage(file.digest, "") is None
    with pytest.raises(NotFound):
        materials.remove(office, secretary, CODE, file.id, "再来一次。")
    # Its place is not given again, and the same file may come back.
    materials.add(office, secretary, CODE, "P01", "图.png", PICTURE)
    assert [file.place for file in files(office, "P01")] == [2]


def test_a_page_is_shown_as_it_was_handed_in(world: World, round_id: int) -> None:
    office = world.office
    materials.add(office, world.secretary, CODE, "P01", "计划.pdf", PLAN)
    (file,) = files(office, "P01")
    shelf = materials.shelf(office)
    assert materials.image(office, round_id, file.id, 2) == shelf.image(file_digest(PLAN), 2)
    for wrong in ((round_id, file.id, 3), (round_id, file.id + 1, 1), (round_id + 1, file.id, 1)):
        with pytest.raises(NotFound):
            materials.image(office, *wrong)


def test_the_list_of_names_has_every_paper_of_every_application_that_stands(
    world: World, round_id: int
) -> None:
    withdrawn(world, "P01")
    book = openpyxl.load_workbook(io.BytesIO(materials.template(world.office, CODE)))
    names = [str(row[3]) for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]
    assert f"S01_{TITLE}.pdf" in names
    assert all(name.startswith("S01_") for name in names)


def test_material_is_taken_before_scoring_only_and_by_the_secretary(world: World, round_id: int) -> None:
    with pytest.raises(NotAllowed):
        materials.receive(world.office, world.inspector, CODE, "材料.zip", packed(S01_a__pdf=REPORT))
    with pytest.raises(NotFound):
        materials.receive(world.office, world.secretary, "1999", "材料.zip", packed(S01_a__pdf=REPORT))
    batch = received(world, packed(S01_a__pdf=REPORT))
    world.stage(round_id, Stage.SCORING)
    with pytest.raises(NotAllowed):
        materials.apply(world.office, world.secretary, batch)
    materials.drop(world.office, world.secretary, batch)
