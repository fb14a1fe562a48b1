"""A page as it leaves the house: boxes painted into its pixels, and whom it was shown to, and when."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from panel.rules.redactions import UNITS, Box

BLACK = (24, 33, 46)
_MARK = (70, 80, 100, 44)
_TILT = 28
_MARKED_SIZE = 26
"""Of the letters of the mark, on a page 1240 pixels wide."""


def shown(image: bytes, boxes: Iterable[Box] = (), mark: str = "") -> bytes:
    """The page with `boxes` filled and `mark` across it: pixels alone, encoded anew."""
    page = Image.open(io.BytesIO(image), formats=["WEBP"]).convert("RGB")
    if mark:
        page.paste(_MARK[:3], mask=_layer(page.size, mark))
    painted(page, boxes)  # last, so that nothing else stands in a box
    out = io.BytesIO()
    page.save(out, "WEBP", quality=78, method=0)
    return out.getvalue()


def painted(page: Image.Image, boxes: Iterable[Box]) -> None:
    """Paint the boxes into the picture itself. An edge between two pixels hides both."""
    width, height = page.size
    brush = ImageDraw.Draw(page)
    for box in boxes:
        brush.rectangle(
            (
                box.left * width // UNITS,
                box.top * height // UNITS,
                -(-box.right * width // UNITS),
                -(-box.bottom * height // UNITS),
            ),
            fill=BLACK,
        )


@lru_cache(maxsize=8)
def _layer(size: tuple[int, int], mark: str) -> Image.Image:
    """The mark all over a page of this size, tilted: whatever part is photographed shows it."""
    width, height = size
    font = ImageFont.load_default(max(12, _MARKED_SIZE * width // 1_240))
    left, top, right, bottom = font.getbbox(mark)
    across, down = int(right - left) * 5 // 4, int(bottom - top) * 8
    diagonal = int((width**2 + height**2) ** 0.5)
    layer = Image.new("L", (diagonal, diagonal), 0)
    brush = ImageDraw.Draw(layer)
    for row, y in enumerate(range(0, diagonal, max(down, 40))):
        for x in range(-across * (row % 2) // 2, diagonal, max(across, 40)):
            brush.text((x, y), mark, fill=_MARK[3], font=font)
    turned = layer.rotate(_TILT)
    edge_x, edge_y = (diagonal - width) // 2, (diagonal - height) // 2
    return turned.crop((edge_x, edge_y, edge_x + width, edge_y + height))
