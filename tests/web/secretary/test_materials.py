"""Material at the secretary's desk: an upload with its preview, single files, what was found, and removal."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from werkzeug.test import TestResponse

from panel.rules.stages import Stage
from panel.services import materials
from tests.material import PICTURE, known, packed, pdf
from tests.visitors import Visitor
from tests.world import PROJECT, STUDIO, World

# What a page shows is the same on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ROUND = "/secretary/rounds/2026"
MATERIALS = f"{ROUND}/materials"
PLAN = pdf("本项目由甲单位实施。", "第二页没有什么可以看出来的")


@pytest.fixture
def round_id(world: World) -> int:
    """A round that takes material for a studio and a project."""
    with world.store():
        round_id = world.round_()
        world.application(round_id, STUDIO)
        world.application(round_id, PROJECT)
    known(world.office, PLAN, PICTURE)
    return round_id


def send(visitor: Visitor, path: str, name: str, file: tuple[bytes, str] | None, **more: str) -> TestResponse:
    fields: dict[str, object] = dict(more)
    if file is not None:
        fields[name] = (io.BytesIO(file[0]), file[1])
    answer = visitor.client.post(
        path, data=fields, headers={"X-CSRFToken": visitor.token}, content_type="multipart/form-data"
    )
    return visitor.seen(answer)


def text(page: str) -> str:
    """What a reader sees, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def handed_in(world: World, number: str = "P01") -> None:
    """A plan and a picture of one application, taken over."""
    for name, data in (("计划.pdf", PLAN), ("照片.png", PICTURE)):
        assert materials.add(world.office, world.secretary, "2026", number, name, data).problems == ()


def test_a_zip_goes_from_the_upload_over_the_preview_to_the_list(secretary: Visitor, round_id: int) -> None:
    data = packed(P01_项目申报书__pdf=PLAN, S01_照片__png=PICTURE)
    answer = send(secretary, MATERIALS, "archive", (data, "材料.zip"))
    assert (answer.status_code, answer.location) == (303, f"{MATERIALS}/batches/1")
    preview = text(secretary.get(f"{MATERIALS}/batches/1").text)
    assert "项目申报书" in preview
    assert "其他材料" in preview
    assert "材料.zip 还没有收入" in text(secretary.get(MATERIALS).text)

    answer = secretary.post(f"{MATERIALS}/batches/1/apply")

    assert answer.location == MATERIALS
    page = text(secretary.get(MATERIALS).text)
    assert "已收入 2 份材料" in page
    assert "待审查 2 页" in page
    assert "无需审查" in page
    assert secretary.get(f"{MATERIALS}/batches/1").location == MATERIALS
    assert secretary.get(f"{MATERIALS}/batches/7").status_code == 404
    assert "S01" not in text(secretary.get(f"{MATERIALS}?state=waiting").text).split("盲评审查")[-1]


def test_a_zip_with_problems_names_each_file_and_takes_nothing(secretary: Visitor, round_id: int) -> None:
    answer = send(secretary, MATERIALS, "archive", (packed(计划__pdf=PLAN, S01_空__png=b""), "材料.zip"))
    page = text(answer.text)
    assert answer.status_code == 422
    assert "有 2 处问题，没有收入任何材料" in page
    assert "计划.pdf 文件名应为" in page
    assert send(secretary, MATERIALS, "archive", None).status_code == 422


def test_a_waiting_upload_can_be_dropped_even_when_scoring_has_begun(
    secretary: Visitor, world: World, round_id: int
) -> None:
    send(secretary, MATERIALS, "archive", (packed(P01_计划__pdf=PLAN), "材料.zip"))
    world.stage(round_id, Stage.CLOSED)
    assert "放弃这次上传" in secretary.get(MATERIALS).text
    assert secretary.post(f"{MATERIALS}/batches/1/drop").location == MATERIALS
    assert "还没有收入" not in text(secretary.get(MATERIALS).text)
    assert secretary.post(f"{MATERIALS}/batches/1/drop").status_code == 409
    assert secretary.post(f"{MATERIALS}/batches/9/drop").status_code == 404


def test_what_changed_since_the_preview_is_named(secretary: Visitor, world: World, round_id: int) -> None:
    send(secretary, MATERIALS, "archive", (packed(P01_计划__pdf=PLAN), "材料.zip"))
    materials.add(world.office, world.secretary, "2026", "P01", "计划.pdf", PLAN)
    answer = secretary.post(f"{MATERIALS}/batches/1/apply")
    assert answer.status_code == 422
    assert "这项申报已有内容完全相同的材料" in answer.text


def test_the_list_of_names_is_a_workbook(secretary: Visitor, round_id: int) -> None:
    answer = secretary.get(f"{MATERIALS}/names.xlsx")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert openpyxl.load_workbook(io.BytesIO(answer.data)).sheetnames == ["文件命名"]


def test_a_single_file_is_taken_over_with_its_title(secretary: Visitor, round_id: int) -> None:
    place = f"{ROUND}/applications/P01/materials"
    assert "还没有材料" in secretary.get(place).text
    answer = send(secretary, place, "file", (PLAN, "扫描.pdf"), title="项目申报书")
    assert (answer.status_code, answer.location) == (303, place)
    page = text(secretary.get(place).text)
    assert "项目申报书（2 页）" in page
    assert "建议 1 处" in page
    assert "待确认" in page
    assert send(secretary, place, "file", None).status_code == 422
    refused = send(secretary, place, "file", (b"x", "说明.txt"))
    assert refused.status_code == 422
    assert "说明.txt：只收 PDF、JPG、PNG 文件" in text(refused.text)
    assert secretary.get(f"{ROUND}/applications/P99/materials").status_code == 404


def test_a_file_is_removed_with_a_reason(secretary: Visitor, world: World, round_id: int) -> None:
    handed_in(world)
    secretary.get(MATERIALS)
    assert secretary.post(f"{MATERIALS}/1/remove", {"reason": " "}).status_code == 422
    answer = secretary.post(f"{MATERIALS}/1/remove", {"reason": "传错了。"})
    assert answer.location == f"{ROUND}/applications/P01/materials"
    assert "计划" not in text(secretary.get(answer.location).text)
    assert secretary.post(f"{MATERIALS}/1/remove", {"reason": "传错了。"}).status_code == 404


def test_unreviewed_material_stands_in_the_checklist_with_a_link(
    secretary: Visitor, world: World, round_id: int
) -> None:
    handed_in(world)
    page = secretary.get(f"{ROUND}/").text
    assert "1 项盲评申报的材料还没有审查完" in page
    assert f'href="{MATERIALS}?state=waiting"' in page


def test_an_archive_may_be_larger_than_a_workbook(
    secretary: Visitor, round_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(secretary.client.application.config, "MAX_CONTENT_LENGTH", 2_000)
    data = packed(P01_计划__pdf=PLAN)
    assert len(data) > 2_000
    assert send(secretary, MATERIALS, "archive", (data, "材料.zip")).status_code == 303
    place = f"{ROUND}/applications/P01/materials"
    assert send(secretary, place, "file", (data, "计划.pdf")).status_code == 413
