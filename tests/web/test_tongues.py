"""On a page in English, what is Chinese says so to a screen reader."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from panel.language import SOURCE, speaking
from panel.web.tongues import marked
from tests.test_language import CHINESE
from tests.visitors import Visitor

local = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Unmarked(HTMLParser):
    """Collects Chinese text that stands in no element that says it is Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.tongues: list[tuple[str, str]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"br", "hr", "img", "input", "link", "meta"}:
            inherited = self.tongues[-1][1] if self.tongues else ""
            self.tongues.append((tag, dict(attrs).get("lang") or inherited))

    def handle_endtag(self, tag: str) -> None:
        while self.tongues and self.tongues.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, tongue = self.tongues[-1] if self.tongues else ("", "")
        if CHINESE.search(data) and tag not in {"script", "style"} and not tongue.startswith("zh"):
            self.found.append(data)


def unmarked(html: str) -> list[str]:
    """The Chinese on the page that a screen reader would read aloud as English."""
    parser = Unmarked()
    parser.feed(html)
    return parser.found


@pytest.mark.parametrize(
    ("plain", "spoken"),
    [
        ("<p>Saved</p>", "<p>Saved</p>"),
        ("<p>温守正（虚构）</p>", '<p><span lang="zh-CN">温守正（虚构）</span></p>'),
        (
            "<p> 材料齐全，升至 93%。 </p>",
            '<p> <span lang="zh-CN">材料齐全，升至 93%。</span> </p>',
        ),
        ("<b>S04 焊工</b>", '<b><span>S04 <span lang="zh-CN">焊工</span></span></b>'),
        ("<h1>2026年度评选</h1>", '<h1><span lang="zh-CN">2026年度评选</span></h1>'),
        (
            "<p>甲 by 乙</p>",
            '<p><span><span lang="zh-CN">甲</span> by <span lang="zh-CN">乙</span></span></p>',
        ),
        ('<p lang="zh-CN">甲<b>乙</b><p>丙</p></p>', '<p lang="zh-CN">甲<b>乙</b><p>丙</p></p>'),
        (
            '<i lang="zh-CN">甲</i><i>乙</i>',
            '<i lang="zh-CN">甲</i><i><span lang="zh-CN">乙</span></i>',
        ),
        ("<option value=1>S04 焊工艺</option>", '<option value=1 lang="zh-CN">S04 焊工艺</option>'),
        ("<option>卫（Inspector）</option>", '<option lang="zh-CN">卫（Inspector）</option>'),
        ('<a title="甲 &gt; 乙">x</a>', '<a title="甲 &gt; 乙">x</a>'),
        (
            "<script>甲</script><!-- 乙 --><style>丙</style>",
            "<script>甲</script><!-- 乙 --><style>丙</style>",
        ),
        ('<i lang="zh-CN">甲<i>乙', '<i lang="zh-CN">甲<i>乙'),
        ("<p>甲<br>乙", '<p><span lang="zh-CN">甲</span><br><span lang="zh-CN">乙</span>'),
        ('<html lang="en"><p>甲', '<html lang="en"><p><span lang="zh-CN">甲</span>'),
        ("甲", '<span lang="zh-CN">甲</span>'),
    ],
)
def test_chinese_is_marked_and_nothing_else_is_changed(plain: str, spoken: str) -> None:
    assert marked(plain) == spoken


@local
def test_a_page_in_english_says_which_words_are_chinese(secretary: Visitor) -> None:
    with speaking(SOURCE):  # a client answers in this very thread: its language must not stay here
        chinese = secretary.get("/secretary/").text
        assert 'span lang="zh-CN"' not in chinese
        secretary.post("/language", {"locale": "en"})
        english = secretary.get("/secretary/").text
        assert '<html lang="en"' in english
        assert 'span lang="zh-CN"' in english
        assert unmarked(english) == []
