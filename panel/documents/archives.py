"""Opens an uploaded ZIP of material without trusting it: limits, and a child process that may be killed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from panel.documents import children
from panel.documents.archive_sandbox import ArchiveFault, ArchiveLimits, RefusedArchive, check_kind
from panel.errors import InvalidInput, Problem
from panel.language import N_, _

LIMITS = ArchiveLimits()

_REMEDIES: Mapping[ArchiveFault, str] = {
    ArchiveFault.EMPTY: N_("文件是空的（0 字节）。请重新压缩后再上传。"),
    ArchiveFault.FILE_TOO_BIG: N_("压缩包超过 {file_mib} MB。请分成几个压缩包上传。"),
    ArchiveFault.NOT_ZIP: N_("这不是 ZIP 压缩包。请用系统自带的“压缩为 ZIP 文件”重新压缩。"),
    ArchiveFault.BROKEN: N_("压缩包已损坏或不完整。请重新压缩后再上传。"),
    ArchiveFault.NO_FILES: N_("压缩包里没有文件。请放入材料后重新压缩。"),
    ArchiveFault.TOO_MANY: N_("压缩包里的文件超过 {entries} 个。请分成几个压缩包上传。"),
    ArchiveFault.OVERLAP: N_("压缩包结构异常（内容互相重叠），已拒绝读取。请重新压缩。"),
    ArchiveFault.BOMB: N_("解压后异常庞大，已拒绝读取。请只放入材料原件，重新压缩。"),
    ArchiveFault.ENCRYPTED: N_("压缩包设有密码。请取消密码后重新压缩。"),
    ArchiveFault.PATH: N_("文件名中含有路径，已拒绝读取。请把文件直接放进压缩包。"),
    ArchiveFault.NAME: N_("文件名无法辨认或超过 {name} 个字符。请改名后重新压缩。"),
    ArchiveFault.DOUBLE: N_("压缩包里有两个同名的文件。请改名或只留一个。"),
    ArchiveFault.LINK: N_("这是一个链接，不是文件。请放入文件本身，重新压缩。"),
    ArchiveFault.ENTRY_TOO_BIG: N_("文件超过 {entry_mib} MB。请压缩图片或分成几个文件后再上传。"),
    ArchiveFault.TOO_SLOW: N_("解压超过 {seconds} 秒，已停止。请分成几个压缩包上传。"),
    ArchiveFault.TOO_HEAVY: N_("解压所需内存超过限度，已停止。请分成几个压缩包上传。"),
}


def unpack(file_name: str, data: bytes, limits: ArchiveLimits = LIMITS) -> tuple[tuple[str, bytes], ...]:
    """The files of an archive by name, or `InvalidInput` with a sentence why it is not opened."""
    try:
        check_kind(data, limits)
        return tuple(_asked(data, limits))
    except RefusedArchive as refused:
        raise InvalidInput(problem(file_name, refused, limits)) from None


def problem(file_name: str, refused: RefusedArchive, limits: ArchiveLimits = LIMITS) -> Problem:
    """The fault in words: in which file, and what to do."""
    facts = asdict(limits) | {
        "file_mib": limits.file_bytes // (1024 * 1024),
        "entry_mib": limits.entry_bytes // (1024 * 1024),
    }
    return Problem(refused.name or file_name, "", _(_REMEDIES[refused.fault]).format(**facts))


def _asked(data: bytes, limits: ArchiveLimits) -> Iterator[tuple[str, bytes]]:
    try:
        child = children.ask(
            "panel.documents.archive_sandbox", json.dumps(asdict(limits)), data, limits.seconds
        )
    except subprocess.TimeoutExpired:
        raise RefusedArchive(ArchiveFault.TOO_SLOW) from None
    if child.returncode:
        raise RefusedArchive(ArchiveFault.TOO_HEAVY)
    head, _newline, body = child.stdout.partition(b"\n")
    answer = json.loads(head)
    if "fault" in answer:
        raise RefusedArchive(ArchiveFault(answer["fault"]), answer["name"])
    return _cut(answer["files"], body)


def _cut(files: Sequence[tuple[str, int]], body: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    for name, size in files:
        yield name, body[at : at + size]
        at += size
