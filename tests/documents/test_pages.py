"""Files of material: pages with their text, nothing from behind them, and every hostile file refused."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace

import pikepdf
import pytest
from PIL import Image

from panel.documents import page_sandbox, pages
from panel.documents.page_sandbox import PageFault, PageLimits, RefusedPages, kind_of
from panel.documents.pages import LIMITS
from panel.rules.materials import FileKind, Look
from tests.material import PICTURE, pdf, read
from tools import hostile
from tools.hostile import Hostile, good_pdf, laughing_pdf, locked_pdf, picture, words

HARMLESS = [one for one in hostile.PAGES if not one.costly]


def fault_of(data: bytes, ending: str, limits: PageLimits = LIMITS) -> PageFault:
    """What a file is refused for, found without a process of its own."""
    with pytest.raises(RefusedPages) as refused:
        _read_here(data, ending, limits)
    assert pages.problem("甲.pdf", refused.value, limits).remedy
    return refused.value.fault


def _read_here(data: bytes, ending: str, limits: PageLimits) -> None:
    pages.refuse_other(FileKind(kind_of(data, limits)), ending)
    page_sandbox.read(data, limits)


@pytest.mark.parametrize("one", HARMLESS, ids=[one.name for one in HARMLESS])
def test_a_hostile_file_is_refused_for_what_it_is(one: Hostile) -> None:
    assert fault_of(hostile.made(one), one.name.rpartition(".")[2]) in one.faults


def test_a_file_that_never_ends_is_stopped_in_its_own_process() -> None:
    with pytest.raises(RefusedPages) as refused:
        pages.read(laughing_pdf(), "pdf", PageLimits(seconds=1))
    assert refused.value.fault in (PageFault.TOO_SLOW, PageFault.TOO_HEAVY)


def test_a_locked_file_is_refused_by_its_own_process() -> None:
    with pytest.raises(RefusedPages) as refused:
        pages.read(locked_pdf(), "pdf")
    assert refused.value.fault is PageFault.ENCRYPTED


def test_a_sound_file_comes_back_from_its_own_process_as_it_is_read_here() -> None:
    data = pdf("项目申报书（虚构）", "第二页：内容与进度")
    found, images = pages.read(data, "pdf")
    assert (found, images) == read(data)
    assert found.kind is FileKind.PDF
    assert [image[:4] for image in images] == [b"RIFF", b"RIFF"]


@pytest.mark.parametrize(
    ("limits", "fault"),
    [
        (PageLimits(file_bytes=10), PageFault.FILE_TOO_BIG),
        (PageLimits(pages=1), PageFault.TOO_MANY_PAGES),
        (PageLimits(characters=20), PageFault.TOO_MUCH_TEXT),
        (PageLimits(characters=5), PageFault.TOO_MUCH_TEXT),
        (PageLimits(image_bytes=10), PageFault.TOO_HEAVY),
    ],
)
def test_limits_are_kept(limits: PageLimits, fault: PageFault) -> None:
    assert fault_of(good_pdf(2, content=words("eleven of it")), "pdf", limits) is fault


def test_every_character_has_its_place_on_the_page() -> None:
    found, _ = read(pdf("甲单位"))
    (page,) = found.pages
    at = page.text.index("甲单位")
    boxes = page.places[at : at + 3]
    assert [box is not None and box.sound for box in boxes] == [True] * 3
    first, _middle, last = boxes
    assert first is not None
    assert last is not None
    assert first.right <= last.left
    assert first.top < 2_000


def test_a_turned_page_has_its_places_as_it_is_seen() -> None:
    with pikepdf.open(io.BytesIO(good_pdf(content=words("unit")))) as document:
        document.pages[0].Rotate = 90
        out = io.BytesIO()
        document.save(out)
    (page,) = read(out.getvalue())[0].pages
    assert page.width > page.height
    # Turned to the right, what stood at the top left stands at the top right, and runs downward.
    boxes = [box for box in page.places if box]
    assert all(box.left > 8_000 for box in boxes)
    assert boxes[0].top < boxes[-1].top


@pytest.mark.parametrize(
    ("data", "look"),
    [
        (pdf("有足够多的文字可以检索"), None),
        (good_pdf(content=b"0 0 100 100 re f"), Look.NO_TEXT),
        (good_pdf(content=words("12")), Look.NO_TEXT),
        (PICTURE, Look.NO_TEXT),
    ],
    ids=["text", "drawn", "a page number", "picture"],
)
def test_a_page_without_text_wants_a_look(data: bytes, look: Look | None) -> None:
    assert [page.look for page in read(data)[0].pages] == [look]


def test_a_page_with_text_in_a_private_code_wants_a_look() -> None:
    assert page_sandbox._character(0xD800) == page_sandbox._character(0) == "�"


def test_a_page_with_a_picture_beside_its_text_wants_a_look() -> None:
    with pikepdf.open(
        io.BytesIO(good_pdf(content=words("a text that is long enough") + b" /Im Do"))
    ) as document:
        image = document.make_stream(b"\0" * 12)
        image.update(
            {
                "/Type": pikepdf.Name.XObject,
                "/Subtype": pikepdf.Name.Image,
                "/Width": 2,
                "/Height": 2,
                "/ColorSpace": pikepdf.Name.DeviceRGB,
                "/BitsPerComponent": 8,
            }
        )
        document.pages[0].Resources.XObject = pikepdf.Dictionary(Im=image)
        out = io.BytesIO()
        document.save(out)
    assert read(out.getvalue())[0].pages[0].look is Look.PICTURES


def burdened() -> bytes:
    """A PDF with a unit's name in everything that is not the page."""
    with pikepdf.open(io.BytesIO(good_pdf(content=words("nothing to be seen here")))) as document:
        with document.open_metadata() as meta:
            meta["dc:title"] = "乙单位"
        document.docinfo["/Author"] = "甲单位"
        document.attachments["丙单位.txt"] = b"secret"
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        names = document.Root.Names
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('丁单位')")
        names.JavaScript = pikepdf.Dictionary(Names=pikepdf.Array(["a", document.make_indirect(script)]))
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.FreeText,
            Rect=[50, 50, 500, 500],
            Contents="戊单位",
            DA="/F1 40 Tf 1 0 0 rg",
            C=[1, 0, 0],
        )
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 10, 10], Contents="己单位"
        )
        document.pages[0].Annots = pikepdf.Array([document.make_indirect(note), document.make_indirect(link)])
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def test_what_lies_behind_the_pages_is_counted_and_left_behind() -> None:
    found, images = read(burdened())
    assert (found.annotations, found.attachments, found.scripts) == (1, 1, 1)
    said = " ".join(found.words.values())
    assert all(word in said for word in ("甲单位", "乙单位", "丙单位", "戊单位"))
    # The picture is that of the page alone: neither the note nor anything else is drawn or carried along.
    plain = read(good_pdf(content=words("nothing to be seen here")))[1]
    assert images == plain
    assert not any(kind in images[0] for kind in (b"EXIF", b"XMP"))


def test_a_picture_leaves_its_words_behind_and_is_turned_as_it_was_held() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x9999] = 6, "UNIT", 7
    found, images = read(picture("JPEG", (80, 60), exif=exif, comment=b"PHONE"))
    (page,) = found.pages
    assert (page.width, page.height) == (60, 80)
    assert {"UNIT", "PHONE"} <= set(found.words.values())
    assert not any(word in images[0] for word in (b"UNIT", b"PHONE"))


def test_what_can_be_seen_through_lies_on_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(out, "PNG")
    _, (image,) = read(out.getvalue())
    assert Image.open(io.BytesIO(image)).convert("RGB").getpixel((20, 20)) == (255, 255, 255)


def test_a_large_picture_is_made_smaller() -> None:
    out = io.BytesIO()
    Image.new("L", (4_000, 1_000)).save(out, "PNG")
    assert [(page.width, page.height) for page in read(out.getvalue())[0].pages] == [(2_600, 650)]


def test_what_is_kept_is_read_again_as_it_was() -> None:
    found, _ = read(burdened())
    assert pages.leaves(found.kept()) == found


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (-24, PageFault.TOO_SLOW),
        (-9, PageFault.TOO_SLOW),
        (-11, PageFault.BROKEN),
        (-6, PageFault.TOO_HEAVY),
        (1, PageFault.TOO_HEAVY),
    ],
)
def test_a_child_that_fails_is_never_taken_as_an_answer(
    code: int, fault: PageFault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(command, code, stdout=b'{"pages": []}\n')

    monkeypatch.setattr("panel.documents.children.subprocess.run", run)
    with pytest.raises(RefusedPages) as refused:
        pages.read(PICTURE, "png")
    assert refused.value.fault is fault


def test_a_child_that_does_not_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr("panel.documents.children.subprocess.run", run)
    with pytest.raises(RefusedPages) as refused:
        pages.read(PICTURE, "png")
    assert refused.value.fault is PageFault.TOO_SLOW


@pytest.mark.parametrize(
    ("data", "head"),
    [(PICTURE, b'"sizes": ['), (b"", b'{"fault": "empty", "page": 0}'), (good_pdf(3), b'"too_many_pages"')],
)
def test_the_child_answers_one_line_and_the_pictures(
    data: bytes, head: bytes, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    # Its limits are left out here: they would hold for the tests themselves.
    monkeypatch.setattr(page_sandbox, "confine", lambda *_limits: None)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    page_sandbox.main('{"pages": 2}')
    assert head in capfdbinary.readouterr().out.partition(b"\n")[0]


def test_a_child_without_memory_says_so(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(page_sandbox, "confine", lambda *_limits: None)
    monkeypatch.setattr(page_sandbox, "_picture", exhausted)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PICTURE)))
    page_sandbox.main("{}")
    assert b'"too_heavy"' in capfdbinary.readouterr().out


def test_a_fault_names_the_page_where_it_lies() -> None:
    refused = RefusedPages(PageFault.PROPORTION, 3)
    assert pages.problem("S01_甲.pdf", refused).remedy.startswith("第 3 页的尺寸异常")
    assert replace(LIMITS, seconds=7).seconds == 7
