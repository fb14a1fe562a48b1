"""PDFs from templates and plain data."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pikepdf
import pypdfium2
import pytest
import typst

from panel.documents import cards, typesetting
from panel.documents.cards import Card

AT = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
CARD = Card(
    round_title="2026年评选（虚构）",
    name="王一（虚构）",
    login="E1",
    code="ABCD-EFGH-JKMN",
    address="https://review.example/activate",
    link="https://review.example/activate#ABCD-EFGH-JKMN",
    until="2026年9月15日 09:00",
)


def words(data: bytes) -> list[str]:
    """The text of each page, without blanks and breaks."""
    document = pypdfium2.PdfDocument(data)
    return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def test_the_same_input_gives_the_same_bytes() -> None:
    first = cards.render([CARD], AT)
    assert cards.render([CARD], AT + timedelta(microseconds=7)) == first
    assert cards.render([CARD], AT + timedelta(seconds=1)) != first


def test_it_is_an_archival_and_accessible_pdf() -> None:
    with pikepdf.open(io.BytesIO(cards.render([CARD], AT))) as document:
        metadata = dict(document.open_metadata())
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "zh"
    assert metadata["{http://www.aiim.org/pdfa/ns/id/}part"] == "2"
    assert metadata["{http://www.aiim.org/pdfa/ns/id/}conformance"] == "A"
    assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"


@pytest.mark.parametrize(
    "name", ['#panic("x")', "*粗*_斜_", "$x$", '#image("/etc/passwd")', "<a> @b `c` \\ #[", "= 标题"]
)
def test_what_people_wrote_is_never_markup(name: str) -> None:
    said = words(cards.render([Card(**{**_fields(CARD), "name": name})], AT))[0]
    assert "".join(name.split()) in said


def test_what_the_font_lacks_is_spelled_out() -> None:
    said = words(cards.render([Card(**{**_fields(CARD), "name": "王😀"})], AT))[0]
    assert "王〔U+1F600〕" in said


def test_eight_cards_stand_on_a_page_each_with_its_code() -> None:
    several = [Card(**{**_fields(CARD), "name": f"专家{n}号", "code": f"ABCD-EFGH-{n:04}"}) for n in range(9)]
    pages = words(cards.render(several, AT))
    assert len(pages) == 2
    assert all(f"专家{n}号" in pages[0] and f"ABCD-EFGH-{n:04}" in pages[0] for n in range(8))
    assert "专家8号" in pages[1]
    for said in ("登录名E1", "https://review.example/activate", "2026年9月15日09:00前有效", "只能使用一次"):
        assert said in pages[1]


def test_a_warning_stops_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing() -> typst.Fonts:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)

    monkeypatch.setattr(typesetting, "_fonts", nothing)
    with pytest.raises((typesetting.Unsettable, typst.TypstError)):
        cards.render([CARD], AT)


def _fields(card: Card) -> dict[str, str]:
    return {name: getattr(card, name) for name in Card.__slots__}
