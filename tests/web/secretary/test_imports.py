"""Workbooks at the secretary's desk: a template, an upload, a preview, and everything or nothing."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from panel import tables
from panel.rules.stages import Stage
from panel.services import accounts
from tests import intake
from tests.intake import EXAMPLES
from tests.visitors import Visitor
from tests.world import PASSWORD, World

IMPORTS = "/secretary/rounds/2026/imports"


@pytest.fixture
def round_id(world: World) -> int:
    """A round that takes files."""
    return world.round_()


def upload(visitor: Visitor, kind: str, data: bytes, name: str = "文件.xlsx") -> TestResponse:
    answer = visitor.client.post(
        f"{IMPORTS}/{kind}",
        data={"workbook": (io.BytesIO(data), name)},
        headers={"X-CSRFToken": visitor.token},
        content_type="multipart/form-data",
    )
    return visitor.seen(answer)


def text(page: str) -> str:
    """What a reader sees, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize("kind", ["applications", "experts"])
def test_the_template_is_a_workbook(secretary: Visitor, round_id: int, kind: str) -> None:
    answer = secretary.get(f"{IMPORTS}/templates/{kind}.xlsx")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "填写说明" in openpyxl.load_workbook(io.BytesIO(answer.data)).sheetnames
    assert secretary.get(f"{IMPORTS}/templates/other.xlsx").status_code == 404


def test_the_examples_go_from_the_upload_to_the_list(secretary: Visitor, round_id: int) -> None:
    data = (EXAMPLES / "applications-2026.xlsx").read_bytes()
    answer = upload(secretary, "applications", data, "申报汇总.xlsx")
    assert (answer.status_code, answer.location) == (303, f"{IMPORTS}/1")
    preview = text(secretary.get(f"{IMPORTS}/1").text)
    assert "技能大师工作室 9 新增 建设项目 18 新增" in preview
    assert "X01、X02、X03、X04、X05、X06、X07、X08、X09" in preview
    assert "待导入" in secretary.get(IMPORTS).text
    done = secretary.post(f"{IMPORTS}/1/apply")
    assert (done.status_code, done.location) == (303, "/secretary/rounds/2026/applications")
    listed = secretary.get(done.location).text
    assert "已导入 36 行" in listed
    assert "技能大师工作室 9 / 9 项" in listed
    assert "已导入 36 行" in secretary.get(IMPORTS).text
    again = secretary.get(f"{IMPORTS}/1")
    assert (again.status_code, again.location) == (303, IMPORTS)
    assert secretary.post(f"{IMPORTS}/1/apply").status_code == 409


def test_every_problem_of_a_file_is_listed_with_place_value_and_remedy(
    secretary: Visitor, world: World, round_id: int
) -> None:
    office = world.office
    wrong = [
        intake.studio(office, unit_code="91350100M000100Y44"),
        intake.studio(office, "S02", unit_code="x" * 18),
        intake.project(office, "P03", "S77"),
    ]
    answer = upload(secretary, "applications", intake.applications_file(office, wrong))
    assert answer.status_code == 422
    page = text(answer.text)
    assert "申报工作簿有 3 处问题，没有导入任何内容" in page
    assert "申报 第4行 “统一社会信用代码” 91350100M000100Y44 统一社会信用代码的校验码不符" in page
    assert "申报 第6行 “所属工作室编号” S77 找不到这个工作室" in page
    assert "3 处问题，未导入" in page
    with office.reading() as session:
        assert session.exec(select(tables.Application)).all() == []


def test_an_id_number_in_an_error_shows_its_last_four_only(
    secretary: Visitor, world: World, round_id: int
) -> None:
    wrong = "110105194912310021"
    file = intake.applications_file(world.office, [intake.studio(world.office)], identity=wrong)
    answer = upload(secretary, "applications", file)
    assert answer.status_code == 422
    assert "…0021" in answer.text
    assert wrong not in answer.text


@pytest.mark.parametrize(
    ("data", "reason"), [(b"", "0 字节"), (b"%PDF-1.7", "不是 Excel 工作簿"), (b"a,b\n1,2", "CSV")]
)
def test_a_file_that_is_no_workbook_is_refused_with_its_reason(
    secretary: Visitor, round_id: int, data: bytes, reason: str
) -> None:
    answer = upload(secretary, "experts", data)
    assert answer.status_code == 422
    assert reason in answer.text


def test_no_file_at_all_is_asked_for(secretary: Visitor, round_id: int) -> None:
    secretary.get(IMPORTS)
    answer = secretary.post(f"{IMPORTS}/applications")
    assert answer.status_code == 422
    assert "请先选择文件" in answer.text
    assert secretary.post(f"{IMPORTS}/nothing").status_code == 404


def test_experts_come_with_codes_to_print_when_asked_for(
    secretary: Visitor, world: World, round_id: int
) -> None:
    pool = intake.experts_file([(intake.expert("E1"), ""), (intake.expert("E2"), "")])
    upload(secretary, "experts", pool)
    assert "生成激活码" in secretary.get(f"{IMPORTS}/1").text
    page = secretary.post(f"{IMPORTS}/1/apply", {"codes": "1"}).text
    codes = re.findall(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b", page)
    assert len(codes) == 2
    assert page.count('<svg class="access-card__qr"') == 2
    assert "离开本页后无法再次查看" in page
    assert accounts.activate(world.office, codes[0], PASSWORD) == "E1"


def test_experts_without_codes_go_back_to_the_files(secretary: Visitor, world: World, round_id: int) -> None:
    upload(secretary, "experts", intake.experts_file([(intake.expert("E1"), "")]))
    answer = secretary.post(f"{IMPORTS}/1/apply")
    assert (answer.status_code, answer.location) == (303, IMPORTS)
    upload(secretary, "experts", intake.experts_file([(intake.expert("E1"), "")]))
    assert "生成激活码" not in secretary.get(f"{IMPORTS}/2").text


def test_a_waiting_file_is_dropped(secretary: Visitor, world: World, round_id: int) -> None:
    upload(secretary, "experts", intake.experts_file([(intake.expert("E1"), "")]))
    assert secretary.post(f"{IMPORTS}/1/drop").location == IMPORTS
    assert "已放弃" in secretary.get(IMPORTS).text
    assert secretary.post(f"{IMPORTS}/1/drop").status_code == 409


def test_what_was_entered_meanwhile_is_listed(secretary: Visitor, world: World, round_id: int) -> None:
    office = world.office
    file = intake.applications_file(office, [intake.studio(office), intake.project(office)])
    upload(secretary, "applications", file)
    world.application(round_id, intake.project(office), verdict=None)
    answer = secretary.post(f"{IMPORTS}/1/apply")
    assert answer.status_code == 422
    assert "本批次已有这项申报" in answer.text


def test_a_kept_file_that_cannot_be_read_any_more_says_so(
    secretary: Visitor, world: World, round_id: int
) -> None:
    upload(secretary, "experts", intake.experts_file([(intake.expert("E1"), "")]))
    with world.store() as session:
        row = session.exec(select(tables.Import)).one()
        row.content = row.content[:-1]
        session.add(row)
    answer = secretary.get(f"{IMPORTS}/1")
    assert answer.status_code == 409
    assert "请重新上传" in answer.text


def test_a_file_belongs_to_its_round(secretary: Visitor, world: World, round_id: int) -> None:
    upload(secretary, "experts", intake.experts_file([(intake.expert("E1"), "")]))
    world.round_("2027")
    other = "/secretary/rounds/2027/imports/1"
    assert secretary.get(other).status_code == 404
    assert secretary.post(other + "/apply").status_code == 404
    assert secretary.post(other + "/drop").status_code == 404


def test_there_is_no_import_once_scoring_has_opened(secretary: Visitor, world: World, round_id: int) -> None:
    world.stage(round_id, Stage.SCORING)
    assert secretary.get(IMPORTS).status_code == 404
    assert IMPORTS not in secretary.get("/secretary/rounds/2026/").text


@pytest.mark.parametrize("stage", [Stage.SCORING, Stage.OPENED, Stage.ARCHIVED])
def test_what_was_not_taken_over_in_time_can_still_be_dropped(
    secretary: Visitor, world: World, round_id: int, stage: Stage
) -> None:
    upload(secretary, "experts", intake.experts_file([(intake.expert("E1"), "")]))
    world.stage(round_id, stage)
    page = secretary.get("/secretary/rounds/2026/").text
    assert f'action="{IMPORTS}/1/drop"' in page
    answer = secretary.post(f"{IMPORTS}/1/drop")
    assert (answer.status_code, answer.location) == (303, "/secretary/rounds/2026/")
    assert f"{IMPORTS}/1/drop" not in secretary.get("/secretary/rounds/2026/").text
    with world.office.reading() as session:
        assert session.exec(select(tables.Import.content)).all() == [b""]
