"""What the font of the PDFs can write."""

from __future__ import annotations

import pytest
from PIL import ImageFont

from panel.documents import fonts


def test_all_characters_of_the_national_standard_are_there() -> None:
    # GB 2312: the 6,763 characters of rows 16 to 87.
    standard = [bytes([row, cell]) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)]
    characters = [pair.decode("gb2312", errors="ignore") for pair in standard]
    assert sum(map(len, characters)) == 6763
    assert all(fonts.writes(character) for character in characters if character)


@pytest.mark.parametrize("rare", ["𬭎", "䶮", "𠅤", "·", "（", "％", "A", " ", "−"])
def test_rare_names_and_signs_are_there(rare: str) -> None:
    assert fonts.writes(rare)


@pytest.mark.parametrize("never", ["😀", "\u0f40", "\ue000", "\U000f0001", "\x00", "\t", "\x7f"])
def test_what_is_not_there_is_told(never: str) -> None:
    assert not fonts.writes(never)


def test_an_independent_reader_of_the_font_agrees() -> None:
    font = ImageFont.truetype(str(fonts.folder() / "NotoSansSC-Regular.ttf"), 20)
    lacking = font.getmask("\u0f40").getbbox(), bytes(font.getmask("\u0f40"))
    for character in "评审专家温A9𬭎😀ཀ":
        drawn = font.getmask(character).getbbox(), bytes(font.getmask(character))
        assert (drawn != lacking) == fonts.writes(character), character


def test_what_is_lacking_is_spelled_out_and_never_dropped() -> None:
    assert fonts.legible("好😀\n行\t了\ue000") == "好〔U+1F600〕\n行〔U+0009〕了〔U+E000〕"
