"""Reads an uploaded file of material in a process of its own: `python -m panel.documents.page_sandbox`.

A hostile file may exhaust memory or time; here it takes down nothing but this process, which holds no
secret, cannot write a file, and is killed at its limits. The file comes in by standard input. Out goes one
line of JSON, then the page images one after the other: pictures of what a reader would see, and nothing that
lay behind them. The words for people are chosen by the caller.
"""

from __future__ import annotations

import io
import json
import math
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from panel.documents.children import confine

if TYPE_CHECKING:
    from PIL import Image

MIB = 1024 * 1024
UNITS = 10_000
"""Places on a page are ten-thousandths of its width and of its height."""
POINTS_PER_INCH = 72


@dataclass(frozen=True, slots=True)
class PageLimits:
    """What a file of material may cost."""

    file_bytes: int = 20 * MIB
    pages: int = 200
    pixels: int = 60_000_000
    """Of a picture that was handed in, before it is made smaller."""
    side: int = 2_600
    """The longer side of a page image."""
    proportion: int = 12
    """How many times as long as broad a page may be."""
    characters: int = 1_000_000
    image_bytes: int = 200 * MIB
    dpi: int = 150
    memory_bytes: int = 1_024 * MIB
    seconds: int = 30


class PageFault(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    FILE_TOO_BIG = "file_too_big"
    OTHER_KIND = "other_kind"
    WRONG_ENDING = "wrong_ending"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    NO_PAGES = "no_pages"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    PROPORTION = "proportion"
    TOO_MUCH_TEXT = "too_much_text"
    TOO_SLOW = "too_slow"
    TOO_HEAVY = "too_heavy"


class RefusedPages(Exception):
    """The file is not taken, and on which page the reason lies where it lies on one."""

    def __init__(self, fault: PageFault, page: int = 0) -> None:
        super().__init__(fault)
        self.fault = fault
        self.page = page


_MAGIC: Mapping[str, bytes] = {"pdf": b"%PDF-", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}


def kind_of(data: bytes, limits: PageLimits) -> str:
    """What a file is by its first bytes; a fault for anything that is not one of the three kinds."""
    if not data:
        raise RefusedPages(PageFault.EMPTY)
    if len(data) > limits.file_bytes:
        raise RefusedPages(PageFault.FILE_TOO_BIG)
    kind = next((kind for kind, magic in _MAGIC.items() if data.startswith(magic)), "")
    if not kind:
        raise RefusedPages(PageFault.OTHER_KIND)
    return kind


@dataclass(slots=True)
class Leaf:
    """One page: its picture, why a person must look at it, and where each character of its text stands."""

    image: Image.Image
    look: str
    text: str = ""
    places: tuple[tuple[int, int, int, int] | None, ...] = ()


@dataclass(slots=True)
class Behind:
    """What lies behind the pages: reported by its words and its number, and shown to nobody."""

    words: dict[str, str]
    annotations: int = 0
    attachments: int = 0
    scripts: int = 0


# PDF


def _pdf(data: bytes, limits: PageLimits) -> tuple[Behind, Iterator[Leaf]]:
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pdfium.raw.FPDF_ERR_PASSWORD
        raise RefusedPages(PageFault.ENCRYPTED if locked else PageFault.BROKEN) from error
    if not len(document):
        raise RefusedPages(PageFault.NO_PAGES)
    if len(document) > limits.pages:
        raise RefusedPages(PageFault.TOO_MANY_PAGES)
    behind = Behind(
        {f"info:{key}": value for key, value in document.get_metadata_dict(skip_empty=True).items()}
    )
    behind.words |= _xmp(data)
    behind.scripts = max(0, pdfium.raw.FPDFDoc_GetJavaScriptActionCount(document))
    behind.attachments = document.count_attachments()
    for number in range(behind.attachments):
        behind.words[f"attachment:{number + 1}"] = document.get_attachment(number).get_name()
    return behind, _pdf_leaves(document, behind, limits)


def _xmp(data: bytes) -> dict[str, str]:
    packets = re.findall(rb"<x:xmpmeta.{0,100000}?</x:xmpmeta>", data, re.DOTALL)
    texts = (
        re.sub(r"<[^>]*>|\s+", " ", packet.decode("utf-8", "replace")).strip() for packet in packets[:20]
    )
    return {f"xmp:{number}": text for number, text in enumerate(texts, 1) if text}


def _pdf_leaves(document: Any, behind: Behind, limits: PageLimits) -> Iterator[Leaf]:
    for index in range(len(document)):
        page = document[index]
        _annotations(page, behind, index + 1)
        width, height = page.get_size()
        scale = _scale(width, height, limits, index + 1)
        # Notes, stamps and form fields are drawn by nobody: what they hide or add is not the page.
        bitmap = page.render(scale=scale, draw_annots=False, may_draw_forms=False)
        image = bitmap.to_pil().convert("RGB")
        text, places = _text(page, limits, index + 1)
        yield Leaf(image, _look(page, text), text, places)
        bitmap.close()
        page.close()


def _scale(width: float, height: float, limits: PageLimits, number: int) -> float:
    if not (math.isfinite(width) and math.isfinite(height) and min(width, height) > 1):
        raise RefusedPages(PageFault.PROPORTION, number)
    _refuse_strip(width, height, limits, number)
    return min(limits.dpi / POINTS_PER_INCH, limits.side / max(width, height))


def _refuse_strip(width: float, height: float, limits: PageLimits, number: int) -> None:
    if max(width, height) > limits.proportion * min(width, height):
        raise RefusedPages(PageFault.PROPORTION, number)


def _annotations(page: Any, behind: Behind, number: int) -> None:
    """Count what is laid over the page, and keep its words to be looked through."""
    import ctypes

    from pypdfium2 import raw

    for index in range(min(raw.FPDFPage_GetAnnotCount(page), 1_000)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation or raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_LINK:
            continue
        behind.annotations += 1
        for key in (b"Contents", b"T", b"V"):
            size = min(raw.FPDFAnnot_GetStringValue(annotation, key, None, 0), 20_000)
            buffer = ctypes.create_string_buffer(size)
            raw.FPDFAnnot_GetStringValue(
                annotation, key, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size
            )
            words = buffer.raw.decode("utf-16-le", "replace").rstrip("\0")
            if words:
                behind.words[f"annotation:{number}:{behind.annotations}:{key.decode()}"] = words
        raw.FPDFPage_CloseAnnot(annotation)


def _text(
    page: Any, limits: PageLimits, number: int
) -> tuple[str, tuple[tuple[int, int, int, int] | None, ...]]:
    """The text layer with the place of every character on the page as it is drawn, turned pages too."""
    import ctypes

    from pypdfium2 import raw

    layer = page.get_textpage()
    if layer.count_chars() > limits.characters:
        raise RefusedPages(PageFault.TOO_MUCH_TEXT, number)
    edges = [ctypes.c_double() for _ in range(4)]
    x, y = ctypes.c_int(), ctypes.c_int()
    text: list[str] = []
    places: list[tuple[int, int, int, int] | None] = []
    for index in range(layer.count_chars()):
        code = raw.FPDFText_GetUnicode(layer, index)
        place = None
        if raw.FPDFText_GetCharBox(layer, index, *edges):
            left, right, bottom, top = (edge.value for edge in edges)
            corners = []
            for across, up in ((left, top), (right, bottom)):
                raw.FPDF_PageToDevice(page, 0, 0, UNITS, UNITS, 0, across, up, x, y)
                corners += [min(max(x.value, 0), UNITS), min(max(y.value, 0), UNITS)]
            one, two, three, four = corners
            place = (min(one, three), min(two, four), max(one, three), max(two, four))
        text.append(_character(code))
        places.append(place)
    layer.close()
    return "".join(text), tuple(places)


def _character(code: int) -> str:
    """One character for each place; what is none is marked as unreadable."""
    surrogate = 0xD800 <= code <= 0xDFFF
    return "�" if surrogate or not 0 < code <= 0x10FFFF else chr(code)


SCARCE = 8
"""Fewer readable characters than this are no text layer: a page number, a scanner's mark."""


def _look(page: Any, text: str) -> str:
    """Why a person must look: no text that can be searched, text in a private code, or pictures beside it."""
    from pypdfium2 import raw

    written = [character for character in text if not character.isspace()]
    strange = sum(character == "�" or "\ue000" <= character <= "\uf8ff" for character in written)
    if len(written) - strange < SCARCE or strange * 5 > len(written):
        return "no_text"
    pictures = next(iter(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=8)), None)
    return "pictures" if pictures is not None else ""


# Pictures


def _picture(data: bytes, kind: str, limits: PageLimits) -> tuple[Behind, Iterator[Leaf]]:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # ours is stricter, and has a sentence of its own
    picture = Image.open(io.BytesIO(data), formats=["JPEG" if kind == "jpg" else "PNG"])
    width, height = picture.size
    if width * height > limits.pixels:
        raise RefusedPages(PageFault.TOO_MANY_PIXELS, 1)
    _refuse_strip(width, height, limits, 1)
    behind = Behind(_picture_words(picture))
    picture.draft("RGB", (limits.side, limits.side))
    picture.load()
    turned = ImageOps.exif_transpose(picture)
    plain = Image.new("RGB", turned.size, "white")
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        covering = turned.convert("RGBA")
        plain.paste(covering, mask=covering.getchannel("A"))
    else:
        plain.paste(turned.convert("RGB"))
    plain.thumbnail((limits.side, limits.side))
    return behind, iter([Leaf(plain, "no_text")])


def _picture_words(picture: Image.Image) -> dict[str, str]:
    """Every text that a picture carries beside what it shows."""
    words = {f"exif:{tag}": value for tag, value in picture.getexif().items()}
    words |= {
        f"info:{key}": value for key, value in picture.info.items() if key not in ("exif", "icc_profile")
    }
    return {str(key): said for key, value in words.items() if (said := _said(value))}


def _said(value: object) -> str:
    if isinstance(value, bytes):
        return value[:20_000].decode("utf-8", "ignore").strip("\0 ")
    return value[:20_000] if isinstance(value, str) else ""


# The answer


def read(data: bytes, limits: PageLimits) -> tuple[dict[str, Any], list[bytes]]:
    """What goes out: the facts of every page, and the pictures."""
    kind = kind_of(data, limits)
    try:
        behind, leaves = _pdf(data, limits) if kind == "pdf" else _picture(data, kind, limits)
        pages, images, characters = [], [], 0
        for number, leaf in enumerate(leaves, 1):
            characters += len(leaf.text)
            if characters > limits.characters:
                raise RefusedPages(PageFault.TOO_MUCH_TEXT, number)
            images.append(encoded(leaf.image))
            if sum(map(len, images)) > limits.image_bytes:
                raise RefusedPages(PageFault.TOO_HEAVY, number)
            pages.append(_facts(leaf))
    except (RefusedPages, MemoryError):
        raise
    except Exception as error:  # a hostile file may make a library fail in any way
        raise RefusedPages(PageFault.BROKEN) from error
    behind.words = {key: _whole(value)[:20_000] for key, value in behind.words.items()}
    return {"kind": kind, "pages": pages, "behind": asdict(behind)}, images


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _facts(leaf: Leaf) -> dict[str, Any]:
    width, height = leaf.image.size
    return {"width": width, "height": height, "look": leaf.look, "text": leaf.text, "places": leaf.places}


def encoded(image: Image.Image) -> bytes:
    """The picture as it is kept: new bytes, made from its pixels alone."""
    out = io.BytesIO()
    image.save(out, "WEBP", quality=82, method=1)
    return out.getvalue()


def main(argument: str) -> None:
    """The child: limits from the command line, the file from standard input, the answer to its output."""
    limits = PageLimits(**json.loads(argument))
    confine(limits.memory_bytes, limits.seconds)
    warnings.simplefilter("ignore")  # of libraries about odd files: what they refuse is refused
    images: list[bytes] = []
    try:
        head, images = read(sys.stdin.buffer.read(), limits)
        head["sizes"] = [len(image) for image in images]
    except RefusedPages as refused:
        head = {"fault": refused.fault.value, "page": refused.page}
    except MemoryError:
        head = {"fault": PageFault.TOO_HEAVY.value, "page": 0}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    for image in images:
        sys.stdout.buffer.write(image)


if __name__ == "__main__":
    main(sys.argv[1])
