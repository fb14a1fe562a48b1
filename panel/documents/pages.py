"""Pages of material (申报材料): a file becomes page images and text, without trusting it."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from panel.documents import children
from panel.documents.page_sandbox import PageFault, PageLimits, RefusedPages, kind_of
from panel.errors import Problem
from panel.language import N_, _
from panel.rules.materials import FileKind, Look
from panel.rules.redactions import Box

LIMITS = PageLimits()

_REMEDIES: Mapping[PageFault, str] = {
    PageFault.EMPTY: N_("文件是空的（0 字节）。请重新保存后再上传。"),
    PageFault.FILE_TOO_BIG: N_("文件超过 {file_mib} MB。请压缩图片或分成几个文件后再上传。"),
    PageFault.OTHER_KIND: N_("这不是 PDF、JPG 或 PNG 文件。请另存为 PDF 后再上传。"),
    PageFault.WRONG_ENDING: N_("文件内容与扩展名不符。请用原来的程序重新另存后再上传。"),
    PageFault.ENCRYPTED: N_("文件设有打开密码，无法读取。请取消密码后另存，再上传。"),
    PageFault.BROKEN: N_("文件已损坏或不完整，无法读取。请打开确认，重新保存后再上传。"),
    PageFault.NO_PAGES: N_("文件没有页面。请检查后重新保存。"),
    PageFault.TOO_MANY_PAGES: N_("超过 {pages} 页。请分成几个文件上传。"),
    PageFault.TOO_MANY_PIXELS: N_("图片超过 {pixel_count} 像素。请缩小后再上传。"),
    PageFault.PROPORTION: N_("第 {page} 页的尺寸异常（过长、过窄或为零）。请按 A4 重新排版后再上传。"),
    PageFault.TOO_MUCH_TEXT: N_("文字异常多，已停止读取。请分成几个文件上传。"),
    PageFault.TOO_SLOW: N_("读取超过 {seconds} 秒，已停止。请重新打印为 PDF，或分成几个文件上传。"),
    PageFault.TOO_HEAVY: N_("读取所需内存超过限度，已停止。请重新打印为 PDF，或缩小图片后再上传。"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the size of its image in pixels, why a person must look, its text with its places."""

    width: int
    height: int
    look: Look | None
    text: str
    places: Sequence[Box | None]


@dataclass(frozen=True, slots=True)
class Leaves:
    """A file as it was read. `words` and the counts say what lies behind the pages and is shown to nobody."""

    kind: FileKind
    pages: tuple[Page, ...]
    words: Mapping[str, str]
    annotations: int
    attachments: int
    scripts: int

    def kept(self) -> dict[str, Any]:
        """As plain data for the shelf."""
        pages = [
            {
                "width": page.width,
                "height": page.height,
                "look": page.look or "",
                "text": page.text,
                "places": [place and place.edges for place in page.places],
            }
            for page in self.pages
        ]
        return {
            "kind": self.kind.value,
            "pages": pages,
            "behind": {
                "words": dict(self.words),
                "annotations": self.annotations,
                "attachments": self.attachments,
                "scripts": self.scripts,
            },
        }


def read(data: bytes, ending: str, limits: PageLimits = LIMITS) -> tuple[Leaves, tuple[bytes, ...]]:
    """A file with its page images, or `RefusedPages`; nothing of it is parsed in this process."""
    refuse_other(FileKind(kind_of(data, limits)), ending)
    head, body = _asked(data, limits)
    return leaves(head), tuple(_cut(body, head["sizes"]))


def refuse_other(kind: FileKind, ending: str) -> None:
    """Refuse a file whose name says another kind than its content is."""
    if kind is not FileKind.of_ending(ending):
        raise RefusedPages(PageFault.WRONG_ENDING)


def leaves(kept: Mapping[str, Any]) -> Leaves:
    """What was kept of a file, or came from the child, as plain values."""
    pages = tuple(
        Page(
            page["width"],
            page["height"],
            Look(page["look"]) if page["look"] else None,
            page["text"],
            tuple(Box(*place) if place else None for place in page["places"]),
        )
        for page in kept["pages"]
    )
    behind = kept["behind"]
    return Leaves(
        FileKind(kept["kind"]),
        pages,
        behind["words"],
        behind["annotations"],
        behind["attachments"],
        behind["scripts"],
    )


def problem(file_name: str, refused: RefusedPages, limits: PageLimits = LIMITS) -> Problem:
    """The fault in words: which file, and what to do."""
    facts = asdict(limits) | {
        "file_mib": limits.file_bytes // (1024 * 1024),
        "pixel_count": f"{limits.pixels:,}",
        "page": refused.page,
    }
    return Problem(file_name, "", _(_REMEDIES[refused.fault]).format(**facts))


def _asked(data: bytes, limits: PageLimits) -> tuple[dict[str, Any], bytes]:
    try:
        child = children.ask("panel.documents.page_sandbox", json.dumps(asdict(limits)), data, limits.seconds)
    except subprocess.TimeoutExpired:
        raise RefusedPages(PageFault.TOO_SLOW) from None
    if child.returncode:
        raise RefusedPages(_death(child.returncode))
    head, _newline, body = child.stdout.partition(b"\n")
    answer: dict[str, Any] = json.loads(head)
    if "fault" in answer:
        raise RefusedPages(PageFault(answer["fault"]), answer["page"])
    return answer, body


def _death(code: int) -> PageFault:
    """Why a child ended without an answer: out of time, a library that fell over, or out of memory."""
    if code in (-getattr(signal, "SIGXCPU", 24), -getattr(signal, "SIGKILL", 9)):
        return PageFault.TOO_SLOW
    return PageFault.BROKEN if code == -signal.SIGSEGV else PageFault.TOO_HEAVY


def _cut(body: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    at = 0
    for size in sizes:
        yield body[at : at + size]
        at += size
