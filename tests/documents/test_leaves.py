"""A page as it leaves the house: in a box nothing is left, and the mark lies over the rest."""

from __future__ import annotations

import io

from PIL import Image, ImageChops

from panel.documents.leaves import BLACK, painted, shown
from panel.rules.redactions import UNITS, Box
from tests.material import pdf, read

PAGE = read(pdf("甲单位在黄村镇一号路，电话 13812345678，" * 20))[1][0]
BOX = Box(1_000, 500, 9_000, 6_000)


def picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def within(image: Image.Image, box: Box, edge: int = 0) -> Image.Image:
    """The part of a picture under a box, without so many pixels at its edges."""
    width, height = image.size
    left, top, right, bottom = box.edges
    return image.crop(
        (
            left * width // UNITS + edge,
            top * height // UNITS + edge,
            right * width // UNITS - edge,
            bottom * height // UNITS - edge,
        )
    )


def test_before_it_is_encoded_every_pixel_of_a_box_has_one_colour() -> None:
    page = picture(PAGE)
    painted(page, [BOX])
    assert within(page, BOX).getcolors() == [(within(page, BOX).width * within(page, BOX).height, BLACK)]


def overwritten() -> tuple[bytes, bytes]:
    """The page twice, alike to the last pixel but for what lies under the box."""
    page = picture(PAGE)
    other = page.copy()
    beneath = within(page, BOX)
    other.paste(Image.effect_noise(beneath.size, 90).convert("RGB"), _corner(page))
    return lossless(page), lossless(other)


def _corner(page: Image.Image) -> tuple[int, int]:
    return BOX.left * page.width // UNITS, BOX.top * page.height // UNITS


def lossless(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", lossless=True, method=0)
    return out.getvalue()


def test_what_is_sent_is_the_same_byte_for_byte_whatever_lay_under_a_box() -> None:
    one, other = overwritten()
    assert shown(one, [BOX], "E1 · K2K2") == shown(other, [BOX], "E1 · K2K2")
    assert shown(one, (), "E1 · K2K2") != shown(other, (), "E1 · K2K2")


def test_in_what_is_sent_a_box_is_dark_and_even() -> None:
    sent = picture(shown(PAGE, [BOX], "E1 · K2K2 · 2026-09-10 10:30"))
    inner = within(sent, BOX, edge=16)
    for band, colour in zip(inner.split(), BLACK, strict=True):
        assert set(band.tobytes()) <= set(range(colour - 8, colour + 9))


def test_a_box_to_the_edge_of_the_page_is_painted() -> None:
    page = picture(PAGE)
    painted(page, [Box(0, 0, UNITS, UNITS)])
    assert page.getcolors() == [(page.width * page.height, BLACK)]


def test_the_mark_lies_over_the_whole_page_and_leaves_it_readable() -> None:
    plain, marked = picture(shown(PAGE)), picture(shown(PAGE, mark="E1 · K2K2 · 2026-09-10 10:30"))
    assert plain.size == marked.size
    width, height = plain.size
    for column in range(2):
        for row in range(2):
            part = (
                column * width // 2,
                row * height // 2,
                (column + 1) * width // 2,
                (row + 1) * height // 2,
            )
            change = ImageChops.difference(plain.crop(part), marked.crop(part)).convert("L")
            assert change.getbbox() is not None
            assert max(change.tobytes()) < 120


def test_what_is_sent_carries_nothing_but_the_picture() -> None:
    sent = shown(PAGE, [BOX], "E1")
    assert set(Image.open(io.BytesIO(sent)).info) <= {"loop", "background", "timestamp", "duration"}
