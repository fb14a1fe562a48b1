"""The signed score sheet on paper: every figure of it, as it was sealed."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest

from panel.documents import score_sheets
from panel.documents.score_sheets import SignedSheet
from panel.queries import blind, signatures
from panel.rules.signatures import typed
from panel.services import sheets
from panel.services.office import Office
from tests.services.test_signatures import DRAWN
from tests.world import World

GIVEN = {"S1": 2750, "S2": 900, "S3": 600, "S4": 1200, "S5": 1000, "S6": 600}


@pytest.fixture
def signed(office: Office, world: World) -> SignedSheet:
    """E1's sheet on S01: 27.5 + 9 + 6 + 12 + 10 + 6 = 70.5."""
    world.scoring_round(1)
    expert = world.accounts["E1"]
    world.fill(expert, 1, GIVEN, "*评语*：#panic() 有 <b>标记</b> 😀，仍是文字而已。")
    sheets.submit(office, expert, round_code="2026", blind_code="SX-01", version=1, signature=DRAWN)
    with office.reading() as session:
        seat = blind.seat(session, 1, expert.expert_id)
        assert seat is not None
        view = blind.sheet(session, office.policy, 1, seat, "SX-01")
        assert view is not None
        assert view.receipt is not None
        signature = signatures.of_document(session, 1, seat.expert_id, view.receipt.commitment)
    return SignedSheet(
        "2026年评选（虚构）", "E1", "王一（虚构）", view, view.receipt, signature, "https://x.example"
    )


def words(signed: SignedSheet) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(score_sheets.render(signed)))
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in document)


def test_all_of_it_stands_on_the_paper(signed: SignedSheet) -> None:
    said = words(signed)
    for wanted in (
        "评审专家评分表",
        "SX-01",
        "技能大师工作室",
        "E1王一（虚构）",
        "第1次",
        "技能大师条件30优27.5",
        "合计10070.5",
        "手写签名",
        "2026年9月1日",
        "09:00:00（北京时间）",
        signed.receipt.commitment,
        signed.receipt.leaf,
        signed.receipt.point.root,
        f"留痕编号{signed.receipt.entry}",
    ):
        assert wanted in said, wanted


def test_a_comment_is_text_whatever_it_looks_like(signed: SignedSheet) -> None:
    assert "*评语*：#panic()有<b>标记</b>〔U+1F600〕，仍是文字而已。" in words(signed)


def test_the_drawing_is_on_it(signed: SignedSheet) -> None:
    with_drawing = score_sheets.render(signed)
    assert score_sheets.render(signed) == with_drawing
    assert signed.signature is not None
    blank = replace(signed, signature=None)
    picture = _inked(with_drawing), _inked(score_sheets.render(blank))
    assert picture[0] > picture[1]


def test_in_a_named_track_the_applicant_stands_on_it(signed: SignedSheet) -> None:
    assert "甲单位（虚构）·王一（虚构）" in words(signed)


def test_a_typed_name_stands_where_the_drawing_would(signed: SignedSheet) -> None:
    assert signed.signature is not None
    by_name = replace(signed.signature, signature=typed("键入者（虚构）"))
    assert "键入者（虚构）" in words(replace(signed, signature=by_name))


def _inked(data: bytes) -> int:
    """How many pixels have the colour of the ink, where the signature stands."""
    page: Any = pypdfium2.PdfDocument(io.BytesIO(data))[0].render(scale=1).to_pil().convert("RGB")
    return sum(page.getpixel((x, y)) == (22, 35, 60) for x in range(page.width) for y in range(page.height))
