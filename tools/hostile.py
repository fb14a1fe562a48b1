"""Files that nobody should take: made here and now, so that none has to be kept.

Each has a name, its bytes, and the fault that it has to be refused for. `PAGES` go to the reader of single
files, `ARCHIVES` to the unpacker.
"""

from __future__ import annotations

import functools
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pikepdf
from PIL import Image

from panel.documents.archive_sandbox import ArchiveFault
from panel.documents.page_sandbox import PageFault


@dataclass(frozen=True, slots=True)
class Hostile:
    """One file: what it is called, how it is made, and what it is refused for.

    A `costly` one would keep a reader busy; it is stopped by the limits of a process of its own.
    """

    name: str
    make: Callable[[], bytes]
    faults: tuple[PageFault | ArchiveFault, ...]
    costly: bool = False


# PDF


def good_pdf(pages: int = 1, size: tuple[float, float] = (595, 842), content: bytes = b"") -> bytes:
    """A small sound PDF, with this content on each page."""
    with pikepdf.new() as document:
        for _ in range(pages):
            page = document.add_blank_page(page_size=size)
            page.Contents = document.make_stream(content)
            font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1)
            font.BaseFont = pikepdf.Name.Helvetica
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def words(text: str) -> bytes:
    """The content of a page that says this."""
    return b"BT /F1 12 Tf 72 720 Td (" + text.encode("ascii") + b") Tj ET"


def locked_pdf() -> bytes:
    """A PDF that asks for a password."""
    with pikepdf.open(io.BytesIO(good_pdf())) as document:
        out = io.BytesIO()
        document.save(out, encryption=pikepdf.Encryption(user="secret", owner="owner"))
    return out.getvalue()


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF put together by hand; the first object is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def _stream(dictionary: bytes, data: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n" % (dictionary, len(data)) + data + b"\nendstream"


_CATALOGUE, _ONE_PAGE = b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


_DOT = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1 1] >>"


def laughing_pdf(depth: int = 12, width: int = 12) -> bytes:
    """Forms that draw the next form many times, and so on: a small file with endless work."""
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /XObject << /X 5 0 R >> >> >>"
    )
    forms = [
        _stream(
            b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X %d 0 R >> >>"
            % (6 + level),
            b"/X Do " * width,
        )
        for level in range(depth)
    ]
    last = _stream(b"/Type /XObject /Subtype /Form /BBox [0 0 595 842]", b"0 0 500 800 re f " * 50)
    return raw_pdf(_CATALOGUE, _ONE_PAGE, page, _stream(b"", b"/X Do"), *forms, last)


def inflating_pdf(mib: int = 1_500) -> bytes:
    """A page whose content is some gigabytes of blanks, packed twice."""
    packer = zlib.compressobj(9)
    once = b"".join(packer.compress(b" " * 1_048_576) for _ in range(mib)) + packer.flush()
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"
    packed = _stream(b"/Filter [/FlateDecode /FlateDecode]", zlib.compress(once, 9))
    return raw_pdf(_CATALOGUE, _ONE_PAGE, page, packed)


# Pictures


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 80), **options: object) -> bytes:
    """A small sound picture."""
    out = io.BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, *more: bytes, data: bytes = b"\0") -> bytes:
    """A PNG that says it is so large."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = _chunk(b"IDAT", zlib.compress(data))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + body + _chunk(b"IEND", b"")


def _wordy_png() -> bytes:
    text = b"Comment\0\0" + zlib.compress(b"a" * 8_000_000, 9)
    return png_of(8, 8, _chunk(b"zTXt", text), data=bytes(72))


def _huge_jpg() -> bytes:
    data = bytearray(picture("JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", 65_000, 65_000)
    return bytes(data)


def _flipped_png() -> bytes:
    data = bytearray(picture())
    data[data.index(b"IDAT") + 40] ^= 0xFF
    return bytes(data)


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
_P, _A = PageFault, ArchiveFault

PAGES: tuple[Hostile, ...] = (
    Hostile("空文件.pdf", bytes, (_P.EMPTY,)),
    Hostile("文本.pdf", lambda: "申报报告".encode() * 50, (_P.OTHER_KIND,)),
    Hostile("网页.pdf", lambda: b"<html><script>alert(1)</script></html>", (_P.OTHER_KIND,)),
    Hostile("程序.pdf", lambda: b"MZ\x90\0" + bytes(500), (_P.OTHER_KIND,)),
    Hostile("旧版文档.pdf", lambda: _OLE, (_P.OTHER_KIND,)),
    Hostile("带宏的文档.pdf", lambda: zipped({"word/vbaProject.bin": b"macro"}), (_P.OTHER_KIND,)),
    Hostile("前有杂物.pdf", lambda: b"\0\0junk" + good_pdf(), (_P.OTHER_KIND,)),
    Hostile("矢量图.png", lambda: b"<svg><script>alert(1)</script></svg>", (_P.OTHER_KIND,)),
    Hostile("动图.png", lambda: picture("GIF"), (_P.OTHER_KIND,)),
    Hostile("网络图.jpg", lambda: picture("WEBP"), (_P.OTHER_KIND,)),
    Hostile("其实是图片.pdf", picture, (_P.WRONG_ENDING,)),
    Hostile("其实是文档.jpg", good_pdf, (_P.WRONG_ENDING,)),
    Hostile("其实是另一种图片.png", lambda: picture("JPEG"), (_P.WRONG_ENDING,)),
    Hostile("只有开头.pdf", lambda: b"%PDF-1.7\n", (_P.BROKEN,)),
    Hostile("截断.pdf", lambda: good_pdf(3)[:200], (_P.BROKEN,)),
    # The library keeps the reason of its last refusal: this one is for a process of its own.
    Hostile("有密码.pdf", locked_pdf, (_P.ENCRYPTED,), costly=True),
    Hostile(
        "没有页.pdf",
        lambda: raw_pdf(_CATALOGUE, b"<< /Type /Pages /Kids [] /Count 0 >>"),
        (_P.NO_PAGES, _P.BROKEN),
    ),
    Hostile("页太多.pdf", lambda: good_pdf(201), (_P.TOO_MANY_PAGES,)),
    Hostile("一长条.pdf", lambda: good_pdf(size=(20, 14_000)), (_P.PROPORTION,)),
    Hostile("一个点.pdf", lambda: raw_pdf(_CATALOGUE, _ONE_PAGE, _DOT), (_P.PROPORTION,)),
    Hostile(
        "文字炸弹.pdf", lambda: good_pdf(content=words("a" * 30_000) * 40), (_P.TOO_MUCH_TEXT,), costly=True
    ),
    Hostile("层层嵌套.pdf", laughing_pdf, (_P.TOO_SLOW, _P.TOO_HEAVY), costly=True),
    Hostile("压缩炸弹.pdf", inflating_pdf, (_P.TOO_HEAVY, _P.TOO_SLOW, _P.BROKEN), costly=True),
    Hostile("尺寸炸弹.png", lambda: png_of(60_000, 60_000), (_P.TOO_MANY_PIXELS,)),
    Hostile("一长条.png", lambda: png_of(1, 100_000), (_P.PROPORTION,)),
    Hostile("零尺寸.png", lambda: png_of(0, 10), (_P.BROKEN, _P.PROPORTION)),
    Hostile("截断.png", lambda: picture()[:-400], (_P.BROKEN,)),
    Hostile("校验不符.png", _flipped_png, (_P.BROKEN,)),
    Hostile("文字炸弹.png", _wordy_png, (_P.BROKEN,)),
    Hostile("尺寸炸弹.jpg", _huge_jpg, (_P.TOO_MANY_PIXELS,)),
    Hostile("截断.jpg", lambda: picture("JPEG")[:-300], (_P.BROKEN,)),
    Hostile("只有开头.jpg", lambda: b"\xff\xd8\xff\xe0", (_P.BROKEN,)),
)


# Archives


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A sound archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 8, 28, 9, 0, 0)), data, method)
    return out.getvalue()


def _named(name: bytes) -> bytes:
    """An archive whose one file has this raw name, without the mark for UTF-8."""
    plain = zipped({"x" * len(name): b"%PDF-"})
    return plain.replace(b"x" * len(name), name)


def _doubled() -> bytes:
    first = zipped({"S01_a.pdf": b"one", "S01_b.pdf": b"two"})
    return first.replace(b"S01_b.pdf", b"S01_A.pdf")


def _locked() -> bytes:
    data = bytearray(zipped({"S01_a.pdf": b"%PDF-"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _overlapping() -> bytes:
    """Two entries of the directory at one place."""
    data = zipped({"S01_a.pdf": b"a" * 900, "S01_b.pdf": b"a" * 900}, zipfile.ZIP_STORED)
    entry = data.rindex(b"PK\x01\x02")
    return data[: entry + 42] + struct.pack("<I", 0) + data[entry + 46 :]


def _lying(change: Callable[[int], int], offset: int) -> bytes:
    """A directory that says another size (24) or checksum (16) than the file has."""
    data = bytearray(zipped({"S01_a.pdf": bytes(range(256)) * 9}))
    at = data.index(b"PK\x01\x02") + offset
    (said,) = struct.unpack_from("<I", data, at)
    struct.pack_into("<I", data, at, change(said) & 0xFFFFFFFF)
    return bytes(data)


def _linked() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("S01_a.pdf")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


_MIB = bytes(1_048_576)

ARCHIVES: tuple[Hostile, ...] = (
    Hostile("空文件.zip", bytes, (_A.EMPTY,)),
    Hostile("其实是文档.zip", good_pdf, (_A.NOT_ZIP,)),
    Hostile("另一种压缩.zip", lambda: b"Rar!\x1a\x07\0" + bytes(100), (_A.NOT_ZIP,)),
    Hostile("截断.zip", lambda: zipped({"S01_a.pdf": good_pdf()})[:-30], (_A.BROKEN,)),
    Hostile("没有文件.zip", lambda: zipped({}), (_A.NO_FILES,)),
    Hostile("只有杂物.zip", lambda: zipped({"__MACOSX/._a": b"x", "a/.DS_Store": b"x"}), (_A.NO_FILES,)),
    Hostile("太多.zip", lambda: zipped({f"S01_{n}.pdf": b"x" for n in range(301)}), (_A.TOO_MANY,)),
    Hostile("比率炸弹.zip", lambda: zipped({"S01_a.pdf": _MIB * 8}), (_A.BOMB,)),
    Hostile("合计炸弹.zip", lambda: zipped({f"S01_{n}.pdf": _MIB[:60_000] for n in range(250)}), (_A.BOMB,)),
    Hostile("单个太大.zip", lambda: zipped({"S01_a.pdf": _MIB * 21}), (_A.ENTRY_TOO_BIG,)),
    Hostile("重叠.zip", _overlapping, (_A.OVERLAP, _A.BROKEN)),
    Hostile("上级路径.zip", lambda: zipped({"../S01_a.pdf": b"x"}), (_A.PATH,)),
    Hostile("绝对路径.zip", lambda: zipped({"/etc/S01_a.pdf": b"x"}), (_A.PATH,)),
    Hostile("反斜杠.zip", lambda: _named(rb"..\S01_a.pdf"), (_A.PATH,)),
    Hostile("盘符.zip", lambda: zipped({"C:S01_a.pdf": b"x"}), (_A.PATH,)),
    Hostile("空字符.zip", lambda: _named(b"S01_a.pdf\0.exe"), (_A.NAME, _A.BROKEN)),
    Hostile("名字乱码.zip", lambda: _named(b"S01_\xff\xff\xff.pdf"), (_A.NAME,)),
    Hostile("名字太长.zip", lambda: zipped({"S01_" + "长" * 130 + ".pdf": b"x"}), (_A.NAME,)),
    Hostile("同名.zip", _doubled, (_A.DOUBLE,)),
    Hostile("有密码.zip", _locked, (_A.ENCRYPTED,)),
    Hostile("链接.zip", _linked, (_A.LINK,)),
    Hostile("大小不符.zip", lambda: _lying(lambda size: size - 5, 24), (_A.BROKEN,)),
    Hostile("校验不符.zip", lambda: _lying(lambda crc: crc ^ 1, 16), (_A.BROKEN,)),
)


@functools.cache
def made(hostile: Hostile) -> bytes:
    """The bytes of one, made once."""
    return hostile.make()
