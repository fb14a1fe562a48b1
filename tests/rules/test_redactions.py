"""Where boxes are proposed: over every word that tells who applies, line by line, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from panel.rules.identities import IdentityKind
from panel.rules.redactions import Box, lines, suggestions, told
from tests.world import PROJECT

APPLICATION = replace(
    PROJECT, unit="朱砂湾铸造厂（虚构）", master_name="植守密（虚构）", unit_code="91110115MA0000001X"
)


def laid(text: str, line: int = 40) -> list[Box | None]:
    """Places of a text that is set in lines of so many characters, each 100 wide and 200 high."""
    places: list[Box | None] = []
    for at, character in enumerate(text):
        row, column = divmod(at, line)
        box = Box(100 * column, 400 * row, 100 * column + 100, 400 * row + 200)
        places.append(None if character == "\n" else box)
    return places


def test_a_name_gets_one_box_with_some_air() -> None:
    text = "项目由朱砂湾铸造厂实施。"
    (found,) = suggestions(APPLICATION, None, text, laid(text))
    assert (found.word, found.kind, found.near) == ("朱砂湾铸造厂", IdentityKind.UNIT, False)
    assert found.boxes == (Box(260, 0, 940, 240),)


def test_a_name_over_two_lines_gets_two_boxes() -> None:
    text = "项目由朱砂湾铸造厂实施。"
    (found,) = suggestions(APPLICATION, None, text, laid(text, line=6))
    assert found.boxes == (Box(260, 0, 640, 240), Box(0, 360, 340, 640))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("电话 138 1234 5678。", IdentityKind.PHONE),
        ("证号110115199001011234。", IdentityKind.ID_NUMBER),
        ("负责人植守密。", IdentityKind.MASTER),
        ("请植师傅示范", IdentityKind.CALLED),
    ],
)
def test_people_and_numbers_are_found(text: str, kind: IdentityKind) -> None:
    assert [found.kind for found in suggestions(APPLICATION, None, text, laid(text))] == [kind]


def test_a_name_with_another_character_is_proposed_as_similar() -> None:
    text = "由朱砂弯铸造厂和朱砂湾铸造场实施"
    found = suggestions(APPLICATION, None, text, laid(text))
    assert [(one.word, one.near) for one in found] == [("朱砂弯铸造厂", True), ("朱砂湾铸造场", True)]


def test_short_names_and_people_have_no_similar_ones() -> None:
    text = "由植守秘带领，名为铸造厂"
    assert suggestions(APPLICATION, None, text, laid(text)) == ()


def test_a_word_without_any_place_has_no_box() -> None:
    assert suggestions(APPLICATION, None, "朱砂湾铸造厂", [None] * 6) == ()


def test_words_behind_the_pages_are_told_once() -> None:
    texts = ("朱砂湾铸造厂申报书", "作者：植守密", "朱砂湾铸造厂")
    assert told(APPLICATION, None, texts) == ("朱砂湾铸造厂", "植守密")


def test_lines_join_what_stands_side_by_side_only() -> None:
    one, far, below = Box(0, 0, 100, 200), Box(2_000, 0, 2_100, 200), Box(0, 300, 100, 500)
    assert len(lines([one, Box(100, 0, 200, 200), None])) == 1
    assert len(lines([one, far])) == 2
    assert len(lines([one, below])) == 2


@pytest.mark.parametrize(
    ("box", "sound"),
    [
        (Box(0, 0, 10_000, 10_000), True),
        (Box(-1, 0, 100, 100), False),
        (Box(0, 0, 10_001, 100), False),
        (Box(0, -1, 100, 100), False),
        (Box(0, 0, 100, 10_001), False),
        (Box(0, 0, 19, 100), False),
        (Box(0, 0, 100, 19), False),
    ],
)
def test_a_box_lies_on_the_page_and_hides_something(box: Box, sound: bool) -> None:
    assert box.sound is sound


def test_a_box_covers_what_lies_within() -> None:
    outer = Box(0, 0, 100, 100)
    assert outer.covers(Box(0, 10, 100, 90))
    assert not outer.covers(Box(0, 0, 101, 100))
    assert not outer.covers(Box(0, 0, 100, 101))
