"""Articles are cited as in the regulation itself."""

from __future__ import annotations

import pytest

from panel.language import speaking
from panel.sentences.articles import ARTICLE, article, numeral


@pytest.mark.parametrize(
    ("code", "cited"),
    [
        ("8", "第八条"),
        ("10", "第十条"),
        ("12", "第十二条"),
        ("20", "第二十条"),
        ("21", "第二十一条"),
        ("7(3)", "第七条第（三）项"),
        ("7(2)5", "第七条第（二）项第5目"),
        ("8, 7(2)5", "第八条、第七条第（二）项第5目"),
        ("7(1)1-4", "第七条第（一）项第1至4目"),
        ("附则", "附则"),
        ("", ""),
    ],
)
def test_an_article_is_cited_in_full(code: str, cited: str) -> None:
    assert article(code) == cited


def test_in_english_the_number_is_enough() -> None:
    with speaking("en"):
        assert article("8, 7(2)5") == "Art. 8, Art. 7(2)5"


@pytest.mark.parametrize(
    ("number", "written"), [(0, "零"), (5, "五"), (10, "十"), (19, "十九"), (30, "三十"), (99, "九十九")]
)
def test_numerals(number: int, written: str) -> None:
    assert numeral(number) == written


@pytest.mark.parametrize("wrong", ["0", "08", "7(", "7()", "7(2)0", "7(2)5-6", "x"])
def test_anything_else_is_no_article(wrong: str) -> None:
    assert ARTICLE.fullmatch(wrong) is None
