"""The bundle (留痕包) as a file: parts by name into a ZIP whose bytes depend on nothing else."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from typing import IO

Part = bytes | Iterable[bytes]
"""What a file of the bundle holds, at once or piece by piece."""

_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX, _MODE = 3, 0o644 << 16

README_ZH = """留痕包
======

本压缩包可在任何一台电脑上、不联网、不安装评审系统，验证留痕记录、启封后的评分和评审结果。
格式见评审系统文档 docs/bundle.md；请使用监察单位自己保存的验证程序，不要使用被监察单位当场提供的程序。

log.jsonl          全部留痕记录，每行一条，原样字节
checkpoints.jsonl  全部签名校验点；checkpoint.txt 为最新一个
keys.json          签名密钥和见证密钥；请与书面记录核对
policies/          各批次固定的评审细则原文
rounds/            各批次；启封以后才有评分表（openings.jsonl）和评审结果（results/）

仅凭本包内的密钥，只能证明包内各部分相互一致。请与另存的校验点、书面密钥或者见证副署核对。
本包含有评分和评审意见，请按规定保密。
"""

README_EN = """Bundle of the audit trail
=========================

With this archive the trail, the opened scores and the result can be proven on any computer, without network
and without the review system. The format is described in docs/bundle.md of the review system. Use a verifier
that the inspectorate keeps itself, never one handed over by those under inspection.

log.jsonl          every entry, one a line, byte for byte
checkpoints.jsonl  every signed checkpoint; checkpoint.txt is the newest
keys.json          the keys of the log and of witnesses: compare them with paper
policies/          the policy text that was frozen in each round
rounds/            each round; sheets (openings.jsonl) and results (results/) only after opening

Keys taken from this archive alone prove only that its parts fit together. Compare with a checkpoint kept
elsewhere, with the key on paper, or with a witness's cosignature.
It holds scores and comments: keep it confidential as the rules demand.
"""

READMES: Mapping[str, Part] = {"README.en.txt": README_EN.encode(), "README.zh.txt": README_ZH.encode()}


def write(parts: Mapping[str, Part], out: IO[bytes]) -> None:
    """Write the archive: files in the order of their names, without a date or an owner of this machine."""
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(parts, key=str.encode):
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, _UNIX, _MODE
            part = parts[name]
            with archive.open(info, "w", force_zip64=True) as file:
                for piece in [part] if isinstance(part, bytes) else part:
                    file.write(piece)
