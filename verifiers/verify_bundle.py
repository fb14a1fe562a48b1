#!/usr/bin/env python3
"""Check a bundle (留痕包) without network and without the review system: Python 3.9 or newer, nothing else.

    python3 verify_bundle.py BUNDLE.zip [--checkpoint KEPT.txt] [--key VKEY] [--require-cosignature VKEY]
                             [--receipt TEXT] [--json]

Written from docs/bundle.md alone; it shares no code with the program that makes bundles. Keep a copy of your
own, with its SHA-256 on paper: a verifier handed over by those under inspection proves nothing.
Exit code 0: everything fits; 1: damage was found; 2: this could not be read as a bundle.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import math
import re
import struct
import sys
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple, Optional, cast


# What is reported, in Chinese and English.


if sys.version_info < (3, 9):  # noqa: UP036 - not by the exit code of damage
    sys.stderr.write("Python 3.9 or newer is needed.\n")
    sys.exit(2)

Json = dict[str, Any]

OK, CAUTION, BAD = "ok", "caution", "bad"
SIGNS = {OK: "✓", CAUTION: "!", BAD: "✗"}


class Unreadable(Exception):
    """This is no bundle that can be checked: nothing is said about the log."""


class Wrong(Exception):
    """A check failed: the words in Chinese and English, and the entry where one is known."""

    def __init__(self, zh: str, en: str, entry: int | None = None) -> None:
        super().__init__(en)
        self.zh, self.en, self.entry = zh, en, entry


class Finding(NamedTuple):
    """One thing that was checked; `what` names it for machines."""

    what: str
    state: str
    zh: str
    en: str
    entry: int | None = None


class Report:
    """Everything that was found, in the order of the checks."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.anchors = 0
        """How many proofs from outside the bundle held."""
        self.lists: list[Json] = []
        """The newest result of each round, as it was computed here."""

    def add(self, what: str, state: str, zh: str, en: str, entry: int | None = None) -> None:
        self.findings.append(Finding(what, state, zh, en, entry))

    def ok(self, what: str, zh: str, en: str) -> None:
        self.add(what, OK, zh, en)

    def caution(self, what: str, zh: str, en: str) -> None:
        self.add(what, CAUTION, zh, en)

    def check(self, what: str, work: Callable[..., None], *given: Any) -> bool:
        """Do a check; what it finds wrong, or cannot read, is damage. Whether it came through."""
        before = len(self.damages())
        try:
            work(*given)
        except Wrong as wrong:
            self.add(what, BAD, wrong.zh, wrong.en, wrong.entry)
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            shown = f"{type(error).__name__}: {error}"[:160]
            self.add(
                what, BAD, f"内容不合格式，无法核对（{shown}）。", f"Not in the form described: {shown}."
            )
        return len(self.damages()) == before

    def damages(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.state == BAD]

    def verdict(self) -> tuple[str, str]:
        if self.damages():
            first = self.damages()[0]
            return f"发现改动或损坏。第一处：{first.zh}", f"Damage found. The first: {first.en}"
        if self.anchors:
            return (
                "未发现改动，并与包外的证据相符。",
                "No change found, and it fits the evidence from outside.",
            )
        return (
            "各部分相互一致；但没有包外的证据（另存的校验点、书面密钥、见证副署），不能排除全部重写。",
            "The parts fit together; but nothing from outside was compared (a checkpoint kept, a key on "
            "paper, a "
            "witness's cosignature), so a rewriting of the whole cannot be ruled out.",
        )


# Ed25519 (RFC 8032), verification only.


P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]
ZERO: Point = (0, 1, 1, 0)


def plus(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def compressed(p: Point) -> bytes:
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decompressed(data: bytes) -> Point | None:
    number = int.from_bytes(data, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    if len(data) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


class Multiples:
    """The multiples of one point, so that a product takes no doubling: rows of 16 for each half byte."""

    def __init__(self, point: Point) -> None:
        self.rows: list[list[Point]] = []
        for _ in range(64):
            row = [ZERO]
            for _ in range(15):
                row.append(plus(row[-1], point))
            self.rows.append(row)
            point = plus(row[-1], point)

    def times(self, factor: int) -> Point:
        total = ZERO
        for row in self.rows:
            total = plus(total, row[factor & 15])
            factor >>= 4
        return total


_base = decompressed((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
assert _base is not None
BASE = Multiples(_base)


class PublicKey:
    """A public key that verifies many signatures."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        point = decompressed(data)
        self.minus: Multiples | None = None
        if point is not None:
            minus = Multiples((P - point[0], point[1], 1, P - point[3]))
            # A key of small order would accept signatures that nobody made.
            self.minus = None if compressed(minus.times(8)) == compressed(ZERO) else minus

    def verifies(self, signature: bytes, message: bytes) -> bool:
        if self.minus is None or len(signature) != 64:
            return False
        s = int.from_bytes(signature[32:], "little")
        if s >= L:
            return False
        k = int.from_bytes(hashlib.sha512(signature[:32] + self.data + message).digest(), "little") % L
        return compressed(plus(BASE.times(s), self.minus.times(k))) == signature[:32]


# Signed notes: verifier keys and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature).


LOG, WITNESS = 1, 4


class Key:
    """A verifier key: NAME+HASH+BASE64."""

    def __init__(self, vkey: str) -> None:
        self.vkey = vkey
        self.name, self.hash, data = vkey.split("+", 2)
        raw = base64.b64decode(data, validate=True)
        self.type = raw[0]
        if len(raw) != 33 or self.type not in (LOG, WITNESS):
            raise ValueError(f"no Ed25519 key: {vkey[:80]}")
        if hashlib.sha256(self.name.encode() + b"\n" + raw).hexdigest()[:8] != self.hash:
            raise ValueError(f"the hash of this key is not its own: {vkey[:80]}")
        self.public = PublicKey(raw[1:])

    def signed(self, text: str, signature: bytes) -> bool:
        if self.type == LOG:
            return self.public.verifies(signature, text.encode())
        if len(signature) != 72:
            return False
        (seconds,) = struct.unpack(">Q", signature[:8])
        return self.public.verifies(signature[8:], f"cosignature/v1\ntime {seconds}\n{text}".encode())


class Note:
    """A checkpoint with its signature lines."""

    SIGNATURE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")
    TEXT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n")

    def __init__(self, note: str) -> None:
        text, blank, lines = note.partition("\n\n")
        self.text = text + "\n"
        found = self.TEXT.fullmatch(self.text)
        if not found or not blank:
            raise ValueError("no checkpoint")
        self.origin, self.size = found.group(1), int(found.group(2))
        self.root = base64.b64decode(found.group(3)).hex()
        self.signatures: list[tuple[str, str, bytes]] = []
        for line in lines.splitlines():
            signature = self.SIGNATURE.fullmatch(line)
            if not signature:
                raise ValueError("no signature line")
            raw = base64.b64decode(signature.group(2), validate=True)
            self.signatures.append((signature.group(1), raw[:4].hex(), raw[4:]))

    def signed_by(self, key: Key) -> bool | None:
        """Whether this key has signed; None where it has no line. A wrong line spoils a good one."""
        own = [data for name, hash_, data in self.signatures if (name, hash_) == (key.name, key.hash)]
        return all(key.signed(self.text, data) for data in own) if own else None


# The archive: opened with care, its JSON canonical.


MAX_FILES, MAX_IN_MEMORY, MAX_LOG = 20_000, 256 << 20, 16 << 30
NAME = re.compile(
    r"manifest\.json|log\.jsonl|checkpoints\.jsonl|checkpoint\.txt|keys\.json|README\.(?:zh|en)\.txt"
    r"|policies/[0-9a-f]{64}\.toml|rounds/[0-9]+/(?:round\.json|rules\.json|openings\.jsonl"
    r"|results/[0-9]+/(?:inputs|result)\.json)"
)
REQUIRED = ("manifest.json", "log.jsonl", "checkpoints.jsonl", "keys.json")


def canonical(value: Any) -> bytes:
    """RFC 8785, for the values that occur: keys by their UTF-16 units, integers, no blanks."""
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _sorted(value[k]) for k in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(value, list):
        return [_sorted(part) for part in value]
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= 2**53):
        raise ValueError("a number that is no integer below 2^53")
    return value


def digest(label: str, data: bytes) -> str:
    return hashlib.sha256(f"pingshen/{label}/v1\0".encode() + data).hexdigest()


DAMAGED = (EOFError, KeyError, NotImplementedError, OSError, ValueError, zipfile.BadZipFile, zlib.error)


class Archive:
    """The ZIP, opened with care: its size and names are checked before anything is unpacked."""

    def __init__(self, path: str) -> None:
        try:
            self.zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
            raise Unreadable(f"{path}: {error}") from None
        self.infos = self.zip.infolist()
        self.names = {info.filename for info in self.infos}
        self.unknown = sorted(name for name in self.names if not NAME.fullmatch(name))
        self._refuse()

    def _refuse(self) -> None:
        if len(self.infos) > MAX_FILES or len(self.names) != len(self.infos):
            raise Unreadable("too many files, or two of one name")
        for info in self.infos:
            most = MAX_LOG if info.filename == "log.jsonl" else MAX_IN_MEMORY
            if info.file_size > most or info.flag_bits & 1 or info.compress_type not in (0, 8):
                raise Unreadable(f"{info.filename!r}: too large, encrypted, or packed in an unknown way")
        for name in REQUIRED:
            if name not in self.names:
                raise Unreadable(f"no {name} in it: not a bundle")

    def read(self, name: str) -> bytes:
        if name not in self.names:
            raise Wrong(f"缺少文件 {name}。", f"The file {name} is missing.")
        try:
            return self.zip.read(name)
        except DAMAGED as error:
            raise _damaged(name, error) from None

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a file without their ends, one after the other."""
        try:
            with self.zip.open(name) as raw:
                for line in io.BufferedReader(cast(io.RawIOBase, raw), 1 << 20):
                    if not line.endswith(b"\n"):
                        raise Wrong(f"文件 {name} 最后一行不完整。", f"The last line of {name} is cut off.")
                    yield line[:-1]
        except DAMAGED as error:
            raise _damaged(name, error) from None

    def json(self, name: str) -> Any:
        """A file of canonical JSON with its line end."""
        return parsed(self.read(name), name, "\n")


def _damaged(name: str, error: Exception) -> Wrong:
    return Wrong(f"文件 {name} 已损坏（{error}）。", f"The file {name} is damaged ({error}).")


def parsed(data: bytes, name: str, end: str = "") -> Any:
    """Canonical JSON and nothing else."""
    value = json.loads(data.decode("utf-8"))
    if canonical(value) + end.encode() != data:
        raise Wrong(f"{name} 不是规范 JSON。", f"{name} is not canonical JSON.")
    return value


# The log: one pass over its lines, and its tree (RFC 9162).


READ_ACTS = {
    "log.key", "log.witness", "round.create", "round.stage", "sheet.submit", "sheet.return", "sheet.void",
    "seal.open", "ranking.compute", "ranking.finalize", "application.decide", "application.withdraw",
    "vote.record", "vote.none",
}  # fmt: skip
# An entry whose act is not read is held against this shape only, which leaves no room for a second `act`;
# what the pattern does not know, and every act that is read, is parsed and made canonical again.
_PLAIN = rb"[^{}\\\x00-\x1f]*"
_TEXT = rb'"[^"\\\x00-\x1f]*"'
SHAPE = re.compile(
    rb'\{"act":"([a-z][a-z0-9_.]*)","at":' + _TEXT + rb'(?:,"data":\{' + _PLAIN + rb'\})?(?:,"ip":' + _TEXT
    + rb')?,"n":(0|[1-9][0-9]*)(?:,"obj":\{' + _PLAIN + rb'\})?,"ok":(?:true|false)(?:,"req":' + _TEXT
    + rb')?(?:,"round":' + _TEXT + rb')?,"v":1,"who":\{' + _PLAIN + rb"\}\}"
)  # fmt: skip


class Log:
    """What one pass over the log gives: its size, the roots asked for, and the entries that are read."""

    def __init__(self, sizes: set[int], leaves: set[int]) -> None:
        self.size = 0
        self.roots: dict[int, str] = {}
        self.leaves: dict[int, str] = {}
        self.records: list[Json] = []
        self.first_wrong: Wrong | None = None
        self._sizes, self._wanted = sizes, leaves
        self._stack: list[bytes] = []

    def read(self, lines: Iterator[bytes]) -> None:
        sha, shape, stack = hashlib.sha256, SHAPE.fullmatch, self._stack
        read = {act.encode() for act in READ_ACTS}
        index = -1
        try:
            for index, line in enumerate(lines):
                if index in self._sizes:
                    self.roots[index] = self.root()
                leaf = sha(b"\0" + line).digest()
                if index in self._wanted:
                    self.leaves[index] = leaf.hex()
                found = shape(line)
                if not found or int(found.group(2)) != index or found.group(1) in read:
                    self._record(index, line)
                whole = index + 1
                while not whole & 1:
                    leaf = sha(b"\1" + stack.pop() + leaf).digest()
                    whole >>= 1
                stack.append(leaf)
        except Wrong as wrong:
            self._note(wrong)
        self.size = index + 1
        self.roots[self.size] = self.root()

    def root(self) -> str:
        """The root over what has been read so far (RFC 9162, section 2.1.1)."""
        if not self._stack:
            return hashlib.sha256(b"").hexdigest()
        root = self._stack[-1]
        for left in self._stack[-2::-1]:
            root = hashlib.sha256(b"\1" + left + root).digest()
        return root.hex()

    def _record(self, index: int, line: bytes) -> None:
        try:
            record = parsed(line, f"entry {index}")
            if record["n"] != index:
                raise Wrong(
                    f"第 {index} 行自称第 {record['n']} 号：有记录被删去、插入、重复或调换。",
                    f"Line {index} says it is entry {record['n']}: entries were removed, inserted, "
                    "repeated or "
                    "swapped.",
                    index,
                )
            if record["v"] != 1 or not isinstance(record["ok"], bool) or "id" not in record["who"]:
                raise Wrong(
                    f"第 {index} 号记录不合格式。", f"Entry {index} is not in the form of an entry.", index
                )
            if record["act"] in READ_ACTS and record["ok"]:
                self.records.append(record)
        except Wrong as wrong:
            wrong.entry = index
            self._note(wrong)
        except (KeyError, RecursionError, TypeError, ValueError):
            self._note(Wrong(f"第 {index} 号记录无法读出。", f"Entry {index} cannot be read.", index))

    def _note(self, wrong: Wrong) -> None:
        self.first_wrong = self.first_wrong or wrong

    def of(self, act: str, round_: int | None = None, before: int | None = None) -> list[Json]:
        """The entries of an act, of a round, before an entry."""
        return [
            record
            for record in self.records
            if record["act"] == act
            and (round_ is None or record.get("round") == str(round_))
            and (before is None or record["n"] < before)
        ]


# Keys and checkpoints, those of the bundle and those kept outside.


class Keys:
    """The keys of the log and of its witnesses, as the log itself enters them."""

    def __init__(self, log: Log) -> None:
        self.entered = [(record["n"], Key(record["data"]["key"])) for record in log.of("log.key")]
        self.witnesses = [(record["n"], Key(record["data"]["key"])) for record in log.of("log.witness")]
        self.records = {record["n"]: record["data"] for record in log.of("log.key")}

    def in_force(self, size: int) -> Key | None:
        """The key that signs a checkpoint of this size."""
        before = [key for entry, key in self.entered if entry < size]
        return before[-1] if before else None

    def check(self, listed: Json, report: Report) -> None:
        for name, own in (("log", self.entered), ("witnesses", self.witnesses)):
            if listed[name] != [{"entry": entry, "vkey": key.vkey} for entry, key in own]:
                raise Wrong(
                    "keys.json 与留痕记录中的密钥不符。", "keys.json does not agree with the keys in the log."
                )
        old: Key | None = None
        for entry, key in self.entered:
            self._endorsed(entry, key, old, report)
            old = key

    def _endorsed(self, entry: int, key: Key, old: Key | None, report: Report) -> None:
        data = self.records[entry]
        if data["how"] == "lost":
            report.caution(
                "key",
                f"第 {entry} 号记录因密钥遗失换用新密钥，没有旧密钥背书：请与书面通知核对。",
                f"Entry {entry} put a new key in the place of a lost one, endorsed by nobody: compare it "
                "with paper.",
            )
        elif data["how"] == "rotated":
            said = b"pingshen/key/v1\0" + key.vkey.encode()
            signature = base64.b64decode(data["sig"], validate=True)
            if old is None or data["by"] != old.vkey or not old.public.verifies(signature, said):
                raise Wrong(
                    f"第 {entry} 号记录更换的密钥没有旧密钥的有效背书。",
                    f"The key of entry {entry} is not endorsed by the one before it.",
                    entry,
                )
        elif old is not None or data["how"] != "first":
            raise Wrong(
                f"第 {entry} 号记录不明来历地换了密钥。",
                f"Entry {entry} enters a key without a word why.",
                entry,
            )

    def held_outside(self, vkey: str, report: Report) -> None:
        """Hold the key on paper against the log: it is one of its keys, and the later ones follow from it."""
        own = [entry for entry, key in self.entered if key.vkey == vkey]
        if not own:
            raise Wrong("书面密钥不是这份留痕的密钥。", "The key given is not a key of this log.")
        lost = [entry for entry in self.records if entry > own[0] and self.records[entry]["how"] == "lost"]
        if lost:
            report.caution(
                "key",
                f"书面密钥之后，第 {lost[0]} 号记录换用了无背书的新密钥；此后的签名不能由书面密钥证明。",
                f"After the key given, entry {lost[0]} enters one that nothing endorses; what is signed "
                "since then "
                "is not proven by the key given.",
            )


class Checkpoints:
    """The notes of the bundle, held against the log."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self.notes: list[Note] = []
        for number, line in enumerate(lines, 1):
            held = parsed(line, f"checkpoints.jsonl:{number}")
            note = Note(held["note"])
            if held["size"] != note.size or (self.notes and self.notes[-1].size >= note.size):
                raise Wrong(
                    f"checkpoints.jsonl 第 {number} 行的条数或次序不对。",
                    f"Line {number} of checkpoints.jsonl has a wrong size or place.",
                )
            self.notes.append(note)

    @property
    def newest(self) -> Note | None:
        return self.notes[-1] if self.notes else None

    def fit(self, log: Log) -> None:
        """Every root is that of the log at that size; the words say between which entries it does not."""
        good = 0
        for note in self.notes:
            if note.size > log.size:
                raise Wrong(
                    f"校验点签有 {note.size} 条记录，留痕只有 {log.size} 条：末尾的记录被删去。",
                    f"A checkpoint signs {note.size} entries and the log has {log.size}: the end was cut "
                    "off.",
                    log.size,
                )
            if log.roots[note.size] != note.root:
                raise Wrong(
                    f"第 {good} 号至第 {note.size - 1} 号记录之间有改动：与签名校验点不符。",
                    f"Something from entry {good} to entry {note.size - 1} was changed: it does not fit "
                    "the signed "
                    "checkpoint.",
                    good,
                )
            good = note.size

    def signed(self, keys: Keys) -> None:
        """The key in force has signed each, on its first line; witnesses' lines are right."""
        for note in self.notes:
            key = keys.in_force(note.size)
            first = note.signatures[0][:2] if note.signatures else ()
            if (
                key is None
                or first != (key.name, key.hash)
                or key.name != note.origin
                or not note.signed_by(key)
            ):
                raise Wrong(
                    f"{note.size} 条处的校验点没有当时密钥的有效签名。",
                    f"The checkpoint of size {note.size} is not signed by the key in force.",
                )
            for _entry, witness in keys.witnesses:
                if note.signed_by(witness) is False:
                    raise Wrong(
                        f"{note.size} 条处的校验点上，见证人 {witness.name} 的副署无效。",
                        f"The cosignature of {witness.name} under the checkpoint of size {note.size} is "
                        "wrong.",
                    )

    def cosigned(self, key: Key) -> int:
        """The size of the newest one that this witness has signed."""
        sizes = [note.size for note in self.notes if note.signed_by(key)]
        if not sizes:
            raise Wrong(
                f"没有一个校验点带有 {key.name} 的有效副署。",
                f"No checkpoint carries a good cosignature of {key.name}.",
            )
        return sizes[-1]


class Kept:
    """What somebody kept outside: a signed note, or a size and a root (also in a receipt)."""

    FIELD = re.compile(r"\b(entry|leaf|seal|size|root)=([0-9a-f]+)")

    def __init__(self, text: str) -> None:
        text = text.strip() + "\n"
        self.note = Note(text) if "\n\n" in text else None
        said = dict(self.FIELD.findall(text))
        if self.note:
            self.size, self.root = self.note.size, self.note.root
        else:
            self.size, self.root = int(said.get("size", "0")), said.get("root", "")
        self.entry = int(said["entry"]) if "entry" in said else None
        self.leaf, self.seal = said.get("leaf", ""), said.get("seal", "")

    def check(self, log: Log, keys: Keys) -> None:
        if self.size > log.size:
            raise Wrong(
                f"另存的校验点有 {self.size} 条记录，现在只有 {log.size} 条：末尾被删去，或者恢复了旧数据。",
                f"The checkpoint kept has {self.size} entries, the log {log.size}: it was rolled back or "
                "cut off.",
                log.size,
            )
        if log.roots[self.size] != self.root:
            raise Wrong(
                f"前 {self.size} 条记录已不是另存校验点当时的样子：被改写过。",
                f"The first {self.size} entries are not those of the checkpoint kept: they were rewritten.",
            )
        signers = [key for _, key in keys.entered + keys.witnesses]
        if self.note and False in [self.note.signed_by(key) for key in signers]:
            raise Wrong("另存校验点上的签名无效。", "A signature under the checkpoint kept is wrong.")

    def proves(self, log: Log, report: Report) -> None:
        """Hold a receipt against the log: the sheet it speaks of, and whether it still counts."""
        assert self.entry is not None
        if self.entry >= log.size:
            raise Wrong(
                f"回执的第 {self.entry} 号记录不在留痕中。",
                f"Entry {self.entry} of the receipt is not in the log.",
            )
        sealed = [record for record in log.of("sheet.submit") if record["n"] == self.entry]
        if log.leaves[self.entry] != self.leaf or not sealed or self.seal not in ("", sealed[0]["data"]["c"]):
            raise Wrong(
                f"第 {self.entry} 号记录与回执不符。",
                f"Entry {self.entry} is not what the receipt says.",
                self.entry,
            )
        self._stands(sealed[0], log, report)

    def _stands(self, sealed: Json, log: Log, report: Report) -> None:
        own = (sealed["obj"]["id"], sealed["round"])
        ended = [
            record
            for act in ("sheet.return", "sheet.void")
            for record in log.of(act)
            if record["n"] > sealed["n"] and (record["obj"]["id"], record["round"]) == own
        ]
        if ended:
            entry = min(record["n"] for record in ended)
            report.caution(
                "receipt",
                f"回执所指的评分表确已封存（第 {self.entry} 号），但第 {entry} 号记录将其退回或作废，"
                "不再计入。",
                f"The sheet of the receipt was sealed (entry {self.entry}), but entry {entry} returned "
                "or voided it: "
                "it does not count.",
            )
        else:
            report.ok(
                "receipt",
                f"回执所指的评分表就是第 {self.entry} 号记录封存的那一份，没有被退回或作废。",
                f"The sheet of the receipt is the one sealed by entry {self.entry}; it was not returned "
                "or voided.",
            )


# Policies: the figures that a computation reads, out of the policy text.


class Toml:
    """As much of TOML as a policy text uses: tables, strings, numbers, arrays, inline tables."""

    BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
    SPACE = re.compile(r"[ \t]*")
    BARE = re.compile(r"[A-Za-z0-9_-]+")
    TOKEN = re.compile(r"[^\s,\]}#]+")
    ESCAPES: ClassVar[dict[str, str]] = {
        "n": "\n",
        "t": "\t",
        "r": "\r",
        '"': '"',
        "\\": "\\",
        "b": "\b",
        "f": "\f",
    }

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.top: Json = {}
        table = self.top
        while self._skip(self.BLANK) < len(text):
            if text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def _take(self, token: str) -> None:
        if not self.text.startswith(token, self.at):
            raise ValueError(f"{token!r} is missing in the policy text at {self.at}")
        self.at += len(token)

    def _header(self) -> Json:
        many = self.text.startswith("[[", self.at)
        self._take("[[" if many else "[")
        keys = self._keys()
        self._take("]]" if many else "]")
        table = self.top
        for key in keys[:-1]:
            table = self._into(table, key)
        if many:
            table.setdefault(keys[-1], []).append({})
        return self._into(table, keys[-1])

    @staticmethod
    def _into(table: Json, key: str) -> Json:
        below = table.setdefault(key, {})
        return below[-1] if isinstance(below, list) else below  # type: ignore[no-any-return]

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(self.SPACE)
            found = self.BARE.match(self.text, self.at)
            if found:
                keys.append(found.group())
                self.at = found.end()
            else:
                keys.append(self._string())
            self._skip(self.SPACE)
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _pair(self, table: Json) -> None:
        keys = self._keys()
        self._take("=")
        self._skip(self.SPACE)
        for key in keys[:-1]:
            table = self._into(table, key)
        if keys[-1] in table:
            raise ValueError(f"{keys[-1]} stands twice in the policy text")
        table[keys[-1]] = self._value()

    def _value(self) -> Any:
        first = self.text[self.at]
        if first in "\"'":
            return self._string()
        if first == "[":
            return self._several("[", "]", lambda: self._value())
        if first == "{":
            table: Json = {}
            self._several("{", "}", lambda: self._pair(table))
            return table
        found = self.TOKEN.match(self.text, self.at)
        word = found.group() if found else ""
        self.at += len(word)
        if word in ("true", "false"):
            return word == "true"
        plain = word.replace("_", "")
        if re.fullmatch(r"[+-]?\d+(\.\d+)?", plain):
            return Fraction(plain)
        return word  # a date: nothing here reads one

    def _several(self, opening: str, closing: str, one: Callable[[], Any]) -> list[Any]:
        self._take(opening)
        found: list[Any] = []
        while True:
            self._skip(self.BLANK)
            if self.text.startswith(closing, self.at):
                self._take(closing)
                return found
            if found:
                self._take(",")
                self._skip(self.BLANK)
                if self.text.startswith(closing, self.at):
                    continue
            found.append(one())

    def _string(self) -> str:
        quote = self.text[self.at]
        if quote not in "\"'":
            raise ValueError(f"no string in the policy text at {self.at}")
        mark = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        start = self.at + len(mark)
        end = start
        while not self.text.startswith(mark, end):
            if end >= len(self.text):
                raise ValueError("a string without end in the policy text")
            end += 2 if quote == '"' and self.text[end] == "\\" else 1
        self.at = end + len(mark)
        raw = self.text[start:end]
        raw = raw[1:] if len(mark) == len('"""') and raw.startswith("\n") else raw
        return raw if quote == "'" else re.sub(r"\\(u[0-9A-Fa-f]{4}|\n\s*|.)", self._escape, raw)

    def _escape(self, found: re.Match[str]) -> str:
        said = found.group(1)
        if said[0] == "u":
            return chr(int(said[1:], 16))
        return "" if said[0] == "\n" else self.ESCAPES[said]


def rules_of(text: str) -> Json:
    """The figures of a policy text from which a result follows, in the form of rules.json."""
    policy = Toml(text).top
    return {
        "method": policy["method"],
        "places": int(policy["places"]),
        "quorum": int(policy["quorum"]),
        "trimmed_min_sheets": int(policy["trimmed_min_sheets"]),
        "tracks": {track: _track_rules(policy[track]) for track in ("project", "studio")},
    }


def _track_rules(track: Json) -> Json:
    return {
        "cap": int(track["cap"]),
        "criteria": [
            {
                "id": one["id"],
                "points": int(one["points"] * 100),
                "units": [item["id"] for item in one.get("items", ())] or [one["id"]],
            }
            for one in track["criteria"]
        ],
        "floors": {criterion: int(percent) for criterion, percent in track["floors"].items()},
        "ladder": track["ladder"],
        "pass_mark": int(track["pass_mark"] * 100),
    }


# Official scores, by every method that a policy can name, in exact rationals.


Values = dict[str, dict[str, Fraction]]
"""By application, then by expert."""
Scores = dict[str, Optional[Fraction]]  # noqa: UP045 - Python 3.9 evaluates this line


def half_up(value: Fraction, scale: int) -> int:
    """The value scaled and rounded, halves away from zero."""
    whole = math.floor(abs(value) * scale + Fraction(1, 2))
    return whole if value >= 0 else -whole


def mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def means(values: Values, _least: int) -> Scores:
    return {name: mean(list(row.values())) for name, row in values.items()}


def trimmed(values: Values, least: int) -> Scores:
    scores: Scores = {}
    for name, row in values.items():
        ordered = sorted(row.values())
        scores[name] = mean(ordered[1:-1]) if len(ordered) >= least else None
    return scores


def adjusted(values: Values, _least: int) -> Scores:
    """Least squares of q_i + s_j: the normal equations in whole numbers, solved exactly."""
    experts = sorted({expert for row in values.values() for expert in row})
    scale = math.lcm(*(len(row) for row in values.values()))
    matrix = [[0] * len(experts) + [0] for _ in experts]
    place = {expert: number for number, expert in enumerate(experts)}
    for row in values.values():
        share, middle = scale // len(row), mean(list(row.values()))
        for expert, value in row.items():
            line = matrix[place[expert]]
            line[place[expert]] += scale
            line[-1] += int((value - middle) * scale)
            for other in row:
                line[place[other]] -= share
    matrix[-1] = [1] * len(experts) + [0]
    effects = dict(zip(experts, solved(matrix)))  # noqa: B905 - Python 3.9 knows no strict
    return {
        name: mean([value - effects[expert] for expert, value in row.items()]) for name, row in values.items()
    }


def solved(matrix: list[list[int]]) -> list[Fraction]:
    """The solution of whole-number equations (Bareiss's elimination; the last column is the right side)."""
    size, before = len(matrix), 1
    for k in range(size):
        pivot = next(row for row in range(k, size) if matrix[row][k])
        matrix[k], matrix[pivot] = matrix[pivot], matrix[k]
        top, head = matrix[k], matrix[k][k]
        for i in range(k + 1, size):
            own = matrix[i][k]
            line = matrix[i]
            matrix[i] = [0] * (k + 1) + [
                (line[j] * head - own * top[j]) // before for j in range(k + 1, size + 1)
            ]
        before = head
    found: list[Fraction] = [Fraction(0)] * size
    for i in reversed(range(size)):
        rest = sum((matrix[i][j] * found[j] for j in range(i + 1, size)), Fraction(0))
        found[i] = (matrix[i][size] - rest) / matrix[i][i]
    return found


ROOT = 10**40
T_MEAN, T_SPREAD, MAD_SCALE = 50, 10, Fraction(14826, 10000)


def _standard(column: dict[str, Fraction]) -> dict[str, Fraction] | None:
    if len(set(column.values())) < 2:
        return None
    middle = mean(list(column.values()))
    variance = sum(((v - middle) ** 2 for v in column.values()), Fraction(0)) / (len(column) - 1)

    def score(value: Fraction) -> Fraction:
        square = (value - middle) ** 2 / variance
        size = Fraction(math.isqrt(square.numerator * ROOT * ROOT // square.denominator), ROOT)
        return T_MEAN + T_SPREAD * (size if value >= middle else -size)

    return {name: score(value) for name, value in column.items()}


def _median(values: list[Fraction]) -> Fraction:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _robust(column: dict[str, Fraction]) -> dict[str, Fraction] | None:
    middle = _median(list(column.values()))
    spread = _median([abs(value - middle) for value in column.values()]) * MAD_SCALE
    if not spread:
        return None
    return {name: T_MEAN + T_SPREAD * (value - middle) / spread for name, value in column.items()}


def _minmax(column: dict[str, Fraction]) -> dict[str, Fraction] | None:
    low, high = min(column.values()), max(column.values())
    if low == high:
        return None
    return {name: 100 * (value - low) / (high - low) for name, value in column.items()}


def _rank(column: dict[str, Fraction]) -> dict[str, Fraction] | None:
    count, ranked = len(column), {}
    for name, value in column.items():
        better = sum(other > value for other in column.values())
        level = sum(other == value for other in column.values())
        rank = better + Fraction(level + 1, 2)
        ranked[name] = 100 * (count - rank + Fraction(1, 2)) / count
    return ranked


def relative(
    rescale: Callable[[dict[str, Fraction]], dict[str, Fraction] | None], kept: int = 0
) -> Callable[[Values, int], Scores]:
    """The mean over experts, each put on one scale first; kept to so many decimals, halves to even."""

    def method(values: Values, _least: int) -> Scores:
        columns: dict[str, dict[str, Fraction]] = defaultdict(dict)
        for name, row in values.items():
            for expert, value in row.items():
                columns[expert][name] = value
        scaled = {expert: rescale(column) for expert, column in columns.items()}
        scores: Scores = {}
        for name, row in values.items():
            own = [found[name] for found in (scaled[expert] for expert in row) if found]
            score = mean(own) if own else None
            scores[name] = round(score, kept) if score is not None and kept else score
        return scores

    return method


METHODS: dict[str, tuple[Callable[[Values, int], Scores], int]] = {
    "adjusted": (adjusted, 100),
    "mean": (means, 100),
    "trimmed": (trimmed, 100),
    "standard": (relative(_standard, 9), 1),
    "robust": (relative(_robust), 1),
    "minmax": (relative(_minmax), 1),
    "rank": (relative(_rank), 1),
}
"""Each with what its unit is worth: values are hundredths of a point, an index has no hundredths."""


def connected(values: Values) -> bool:
    """Whether shared experts join all applications."""
    if not values:
        return True
    seen_experts: set[str] = set()
    seen, waiting = set(), [next(iter(values))]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            fresh = set(values[name]) - seen_experts
            seen_experts |= fresh
            waiting += [other for other, row in values.items() if fresh & set(row)]
    return len(seen) == len(values)


class Track:
    """The figures of one track: official scores, criteria, raw means, counts, all scaled and rounded.

    `given` are the stored figures: they decide only where floats were used and the exact value is a half.
    """

    def __init__(self, rules: Json, track: str, inputs: Json, given: Json) -> None:
        self.rules, self.own = rules, rules["tracks"][track]
        self.scale: int = 10 ** rules["places"]
        own = {e["number"] for e in inputs["entries"] if e["track"] == track and e["standing"] == "accepted"}
        self.sheets = [sheet for sheet in inputs["sheets"] if sheet["application"] in own]
        for sheet in self.sheets:
            self._within(sheet)
        totals = self._values([unit for one in self.own["criteria"] for unit in one["units"]])
        self.connected = connected(totals)
        self.counts = {name: len(row) for name, row in totals.items()}
        self.raw = {name: half_up(mean(list(row.values())) / 100, self.scale) for name, row in totals.items()}
        experts = {sheet["expert"] for sheet in self.sheets}
        self.floats = (
            rules["method"] == "adjusted"
            and len(experts) > 30
            and len(self.sheets) < len(experts) * len(totals)
        )
        self.official = self._scores(totals, {one["application"]: one["official"] for one in given["places"]})
        self.criteria = {
            one["id"]: self._scores(
                self._values(one["units"]),
                {name: figure["criteria"].get(one["id"]) for name, figure in given["figures"].items()},
            )
            for one in self.own["criteria"]
        }

    def _within(self, sheet: Json) -> None:
        """Every unit of the track has points, nothing else has, and no criterion has more than its own."""
        known, items = set(), sheet["items"]
        for one in self.own["criteria"]:
            known.update(one["units"])
            points = [items.get(unit, -1) for unit in one["units"]]
            if min(points) < 0 or sum(points) > one["points"]:
                break
        else:
            if known == set(items):
                return
        who = f"{sheet['expert']}/{sheet['application']}"
        raise Wrong(
            f"{who} 的分数超出评分项的范围。", f"The points of {who} are not within those of the criteria."
        )

    def _values(self, units: list[str]) -> Values:
        values: Values = defaultdict(dict)
        for sheet in self.sheets:
            if sheet["expert"] in values[sheet["application"]]:
                raise ValueError("two sheets of one expert on one application")
            values[sheet["application"]][sheet["expert"]] = Fraction(
                sum(sheet["items"][unit] for unit in units)
            )
        return dict(values)

    def _scores(self, values: Values, given: Json) -> dict[str, int | None]:
        if not self.connected:
            return dict.fromkeys(values)
        method, unit = METHODS[self.rules["method"]]
        found = method(values, self.rules["trimmed_min_sheets"])
        return {
            name: None if score is None else self._rounded(score / unit, given.get(name))
            for name, score in found.items()
        }

    def _rounded(self, score: Fraction, given: int | None) -> int:
        exact = score * self.scale
        near = abs(exact % 1 - Fraction(1, 2)) <= Fraction(self.scale, 10**9)
        if self.floats and near and given in (math.floor(exact), math.ceil(exact)):
            return given
        return half_up(score, self.scale)

    def figures(self, name: str) -> Json:
        """As `figures` of result.json has them."""
        known = {one: scores[name] for one, scores in self.criteria.items() if scores[name] is not None}
        return {"criteria": known, "raw_mean": self.raw[name], "sheets": self.counts[name]}

    def limit(self, hundredths: Fraction) -> int:
        """A limit in points, scaled and rounded up."""
        return math.ceil(hundredths * self.scale / 100)


# Places: quorum, limits, falls, the cut and its ties.


NAMED_VOTE = "panel_named_vote"
GONE = ("withdrawn", "vetoed", "refused")


def split(figures: dict[str, int], seats: int) -> tuple[set[str], set[str]]:
    """Who is surely in, and who is level at the line with too few seats left; `seats` below the figures."""
    line = sorted(figures.values(), reverse=True)[seats - 1]
    above = {name for name, figure in figures.items() if figure > line}
    level = {name for name, figure in figures.items() if figure == line}
    return (above | level, set()) if len(above) + len(level) == seats else (above, level)


def ranks(figures: dict[str, int]) -> dict[str, int]:
    return {name: 1 + sum(other > own for other in figures.values()) for name, own in figures.items()}


class Race:
    """The places of one track; `falls` are the projects that go with their studio, by reason."""

    def __init__(self, figures: Track, entries: list[Json], falls: dict[str, str], votes: list[Json]) -> None:
        self.figures, self.falls = figures, falls
        self.votes = {frozenset(vote["tie"]): vote for vote in votes}
        rules = figures.rules
        least = rules["trimmed_min_sheets"] if rules["method"] == "trimmed" else 0
        self.quorum = max(rules["quorum"], least)
        self.official = {
            entry["number"]: score
            for entry in entries
            for score in [figures.official.get(entry["number"])]
            if entry["standing"] == "accepted" and self._sheets(entry) >= self.quorum and score is not None
        }
        merits = {name: self._merit(name) for name in self.official}
        self.reached = {
            name: score for name, score in self.official.items() if not merits[name] and name not in falls
        }
        self.tied: set[str] = set()
        self.seated = self._seat()
        self.reasons = {entry["number"]: self._reason(entry, merits) for entry in entries}

    def _sheets(self, entry: Json) -> int:
        return self.figures.counts.get(entry["number"], 0)

    def _merit(self, name: str) -> str:
        own, criteria = self.figures.own, {one["id"]: one["points"] for one in self.figures.own["criteria"]}
        mark = self.figures.limit(Fraction(own["pass_mark"])) if own["pass_mark"] else None
        if mark is not None and self.official[name] < mark:
            return "below_pass_mark"
        for criterion, percent in own["floors"].items():
            floor = self.figures.limit(Fraction(criteria[criterion] * percent, 100))
            value = self.figures.criteria[criterion][name]
            if value is not None and value < floor:
                return "below_floor"
        return ""

    def _seat(self) -> set[str]:
        cap = self.figures.own["cap"]
        if len(self.reached) <= cap:
            return set(self.reached)
        if cap == 0:
            return set()
        seated, level = split(self.reached, cap)
        self.tied = set(level)
        scored = [name for name, score in self.figures.official.items() if score is not None]
        for rung in self.figures.own["ladder"]:
            values = self.figures.criteria.get(rung, {})
            if level and rung != NAMED_VOTE and all(values[name] is not None for name in scored):
                more, level = split({name: values[name] or 0 for name in level}, cap - len(seated))
                seated |= more
        return seated | self._voted(level, cap - len(seated)) if level else seated

    def _voted(self, level: set[str], seats: int) -> set[str]:
        vote = self.votes.get(frozenset(level))
        if vote is None:
            return set()
        cast = Counter(ballot["application"] for ballot in vote["ballots"])
        seated, equal = split({name: cast[name] for name in level}, seats)
        order = [name for name in vote["chair_order"] if vote["chair"] and name in equal]
        return seated | set(order[: seats - len(seated)])

    def _reason(self, entry: Json, merits: dict[str, str]) -> str:
        name, standing, fall = entry["number"], entry["standing"], self.falls.get(entry["number"], "")
        if standing in ("withdrawn", "vetoed"):
            return str(standing)
        if fall == "linked_studio_refused":
            return fall
        if standing == "refused":
            return "refused"
        return self._unscored(entry) or fall or merits[name] or self._cut(name)

    def _unscored(self, entry: Json) -> str:
        if self._sheets(entry) < self.quorum:
            return "too_few_sheets"
        if not self.figures.connected:
            return "not_connected"
        return "no_spread" if entry["number"] not in self.official else ""

    def _cut(self, name: str) -> str:
        if name in self.seated:
            return "selected"
        return "tie_lost" if name in self.tied else "below_cap"

    def places(self, track: str) -> dict[str, Json]:
        rank, position = ranks(self.official), ranks(self.reached)
        return {
            name: {
                "application": name,
                "official": self.official.get(name),
                "position": position.get(name),
                "rank": rank.get(name),
                "reason": reason,
                "selected": reason == "selected",
                "track": track,
            }
            for name, reason in self.reasons.items()
        }


def computed(rules: Json, inputs: Json, given: Json) -> tuple[dict[str, Json], Json]:
    """Places and figures from the inputs alone; for `given` see `Track`."""
    entries: dict[str, list[Json]] = {"studio": [], "project": []}
    for entry in inputs["entries"]:
        entries[entry["track"]].append(entry)
    tracks = {track: Track(rules, track, inputs, given) for track in entries}
    studios = Race(tracks["studio"], entries["studio"], {}, inputs["votes"])
    falls = _falls(entries["project"], studios, inputs["existing_studios"])
    projects = Race(tracks["project"], entries["project"], falls, inputs["votes"])
    figures = {name: track.figures(name) for track in tracks.values() for name in track.counts}
    return {**studios.places("studio"), **projects.places("project")}, figures


def _falls(projects: list[Json], studios: Race, existing: list[str]) -> dict[str, str]:
    falls = {}
    for project in projects:
        studio = project["linked_studio"]
        if studio in existing or studio not in studios.reasons or studio in studios.seated:
            continue
        gone = studios.reasons[studio] in GONE
        falls[project["number"]] = "linked_studio_refused" if gone else "studio_not_selected"
    return falls


# Rounds: policy, openings and results against the log.


STAGES = ("scoring", "closed", "opened", "final", "archived")


class Round:
    """One folder of the bundle, held against the log."""

    def __init__(self, archive: Archive, log: Log, number: int, report: Report) -> None:
        self.archive, self.log, self.number, self.report = archive, log, number, report
        self.folder = f"rounds/{number}"
        self.about = archive.json(f"{self.folder}/round.json")
        self.code = self.about["code"]
        self.opened = STAGES.index(self.about["stage"]) >= STAGES.index("opened")
        self.sheets: dict[tuple[str, str, int], Json] = {}
        self.rules: Json = {}
        self.newest: list[Json] = []

    def check_policy(self) -> None:
        """The stage and the policy are those of the log, and rules.json says what the policy text says."""
        stages = self.log.of("round.stage", self.number)
        created = [record["data"]["code"] for record in self.log.of("round.create", self.number)]
        scoring = [record["data"]["policy"] for record in stages if record["data"]["stage"] == "scoring"]
        if [self.code] != created or not stages or stages[-1]["data"]["stage"] != self.about["stage"]:
            raise Wrong(
                f"批次 {self.code} 的编号或环节与留痕不符。",
                f"Code or stage of round {self.code} is not that of the log.",
            )
        text = self.archive.read(f"policies/{self.about['policy']}.toml")
        if not scoring or {digest("policy", text), self.about["policy"]} != {scoring[-1]}:
            raise Wrong(
                f"批次 {self.code} 的评审细则不是开始评分时固定的那一份。",
                f"The policy of round {self.code} is not the one frozen when scoring began.",
            )
        self.rules = self.archive.json(f"{self.folder}/rules.json")
        if self.rules != rules_of(text.decode("utf-8")):
            raise Wrong(
                f"批次 {self.code} 的 rules.json 与评审细则原文不符。",
                f"rules.json of round {self.code} does not say what the policy text says.",
            )

    def check_openings(self) -> None:
        """Every sheet ever sealed is opened, and each opening fits its commitment."""
        sealed = {
            (*record["obj"]["id"].split("/", 1), record["obj"]["rev"]): record
            for record in self.log.of("sheet.submit", self.number)
        }
        lines = list(self.archive.lines(f"{self.folder}/openings.jsonl"))
        for line in lines:
            self._open(line, sealed)
        missing = sorted(set(sealed) - set(self.sheets))
        if missing:
            entry = sealed[missing[0]]["n"]
            raise Wrong(
                f"第 {entry} 号记录封存的评分表没有启封内容。",
                f"The sheet sealed by entry {entry} is not opened.",
                entry,
            )
        opened = self.log.of("seal.open", self.number)
        said = {"openings": digest("openings", b"\n".join(lines)), "sheets": len(lines)}
        if len(opened) != 1 or lines != sorted(lines) or any(opened[0]["data"][k] != said[k] for k in said):
            raise Wrong(
                f"批次 {self.code} 的启封内容与启封时登记的摘要不符。",
                f"The openings of round {self.code} are not those logged when the seals were opened.",
            )

    def _open(self, line: bytes, sealed: dict[tuple[str, str, int], Json]) -> None:
        sheet = parsed(line, f"{self.folder}/openings.jsonl")
        key = (sheet["expert"], sheet["app"], sheet["rev"])
        tail = b',"salt":"' + sheet["salt"].encode() + b'"}'
        who = f"{sheet['expert']}/{sheet['app']}"
        if key not in sealed or key in self.sheets or sheet["round"] != self.code or not line.endswith(tail):
            raise Wrong(
                f"{who} 的启封内容没有对应的封存记录。", f"Nothing was sealed for this opening of {who}."
            )
        found = digest("score", bytes.fromhex(sheet["salt"]) + line[: -len(tail)] + b"}")
        if found != sealed[key]["data"]["c"]:
            entry = sealed[key]["n"]
            raise Wrong(
                f"{who} 第 {sheet['rev']} 稿的分数或评语与封存时（第 {entry} 号）不符。",
                f"The scores or comments of {who}, revision {sheet['rev']}, are not those sealed by "
                f"entry {entry}.",
                entry,
            )
        self.sheets[key] = sheet

    def check_results(self) -> None:
        """Every result follows from what was sealed, decided and voted, by the policy."""
        computations = self.log.of("ranking.compute", self.number)
        named = {str(record["obj"]["id"]) for record in computations}
        pattern = re.compile(rf"{self.folder}/results/([0-9]+)/")
        present = {found.group(1) for found in map(pattern.match, self.archive.names) if found}
        if named != present or len(named) != len(computations):
            raise Wrong(
                f"批次 {self.code} 的评审结果与留痕中计算过的次数不符。",
                f"Round {self.code} has other results than the log tells of.",
            )
        for record in computations:
            self._result(record)
        finals = self.log.of("ranking.finalize", self.number)
        for record in finals:
            result = self.archive.read(f"{self.folder}/results/{record['obj']['id']}/result.json")
            if (
                digest("record", result) != record["data"]["result"]
                or record["obj"]["id"] != computations[-1]["obj"]["id"]
            ):
                raise Wrong(
                    f"第 {record['n']} 号记录确认的不是最后一次计算的结果。",
                    f"What entry {record['n']} confirmed is not the newest result.",
                    record["n"],
                )

        self.report.lists.append(
            {
                "code": self.code,
                "decimals": self.rules["places"],
                "final": bool(finals),
                "places": self.newest,
            }
        )

    def _result(self, record: Json) -> None:
        number, entry = record["obj"]["id"], record["n"]
        files = {
            name: self.archive.read(f"{self.folder}/results/{number}/{name}.json")
            for name in ("inputs", "result")
        }
        inputs, result = (parsed(files[name], f"{name}.json") for name in ("inputs", "result"))
        data = record["data"]
        found = {name: digest("record", files[name]) for name in files}
        found.update(policy=self.about["policy"], method=self.rules["method"])
        for name in found:
            if data[name] != found[name]:
                raise Wrong(
                    f"结果 {number} 的 {name} 与第 {entry} 号记录的摘要不符。",
                    f"{name} of result {number} is not the one that entry {entry} names.",
                    entry,
                )
        self._sheets_are_sealed(inputs, entry)
        self._standings_are_decided(inputs, entry)
        self._votes_are_recorded(inputs, entry)
        places, figures = computed(self.rules, inputs, result)
        self.newest = list(places.values())
        self._same(number, places, figures, result)

    def _same(self, number: str, places: dict[str, Json], figures: Json, result: Json) -> None:
        stored = {
            one["application"]: {k: v for k, v in one.items() if k != "facts"} for one in result["places"]
        }
        for name in sorted(set(places) | set(stored)):
            if places.get(name) != stored.get(name):
                raise Wrong(
                    f"结果 {number} 中 {name} 的名次或结论与重新计算的不同。",
                    f"The place of {name} in result {number} is not what the computation gives.",
                )
        if figures != result["figures"] or result["method"] != self.rules["method"]:
            raise Wrong(
                f"结果 {number} 的分数与重新计算的不同。",
                f"The figures of result {number} are not what the computation gives.",
            )

    def _sheets_are_sealed(self, inputs: Json, before: int) -> None:
        standing: dict[str, int | None] = {}
        for record in sorted(
            (
                r
                for act in ("sheet.submit", "sheet.return", "sheet.void")
                for r in self.log.of(act, self.number, before)
            ),
            key=lambda r: int(r["n"]),
        ):
            standing[record["obj"]["id"]] = record["obj"]["rev"] if record["act"] == "sheet.submit" else None
        wanted = {}
        for who, revision in standing.items():
            if revision is not None:
                expert, application = who.split("/", 1)
                items = self.sheets[expert, application, revision]["items"]
                wanted[expert, application] = {unit: item["points"] for unit, item in items.items()}
        given = {(sheet["expert"], sheet["application"]): sheet["items"] for sheet in inputs["sheets"]}
        if given != wanted or len(given) != len(inputs["sheets"]):
            wrong = sorted(who for who in {*given, *wanted} if given.get(who) != wanted.get(who))
            who_ = "/".join(wrong[0]) if wrong else "?"
            raise Wrong(
                f"计入结果的评分表与封存的不符，第一处为 {who_}。",
                f"The sheets counted are not the sealed ones, first {who_}.",
                before,
            )

    def _standings_are_decided(self, inputs: Json, before: int) -> None:
        standings: dict[str, str] = {}
        verdicts = {"accepted": "accepted", "vetoed": "vetoed"}
        for record in self.log.of("application.decide", self.number, before):
            standings[record["obj"]["id"]] = verdicts.get(record["data"]["verdict"], "refused")
        for record in self.log.of("application.withdraw", self.number, before):
            standings[record["obj"]["id"]] = "withdrawn"
        for entry in inputs["entries"]:
            if entry["standing"] != standings.get(entry["number"], "refused"):
                raise Wrong(
                    f"{entry['number']} 的审查结论与留痕不符。",
                    f"The standing of {entry['number']} is not the decided one.",
                    before,
                )

    def _votes_are_recorded(self, inputs: Json, before: int) -> None:
        recorded = {record["obj"]["id"]: record for record in self.log.of("vote.record", self.number, before)}
        nobody = {record["obj"]["id"] for record in self.log.of("vote.none", self.number, before)}
        ties = [" ".join(sorted(vote["tie"])) for vote in inputs["votes"]]
        if sorted(ties) != sorted({*recorded, *nobody}):
            raise Wrong(
                "计入结果的记名投票与留痕不符。", "Other votes were counted than the log tells of.", before
            )
        for tie, vote in zip(ties, inputs["votes"]):  # noqa: B905 - Python 3.9 knows no strict
            if tie in recorded:
                self._ballots_are_those(tie, vote, recorded[tie]["data"], before)
            elif vote["ballots"]:
                raise Wrong(
                    f"{tie} 登记为无人可投票，却有选票。", f"Ballots on {tie}, where nobody may vote.", before
                )

    def _ballots_are_those(self, tie: str, vote: Json, data: Json, before: int) -> None:
        """The ballots logged; those of experts recused or absent afterwards are not in the inputs."""
        left_out = data["ballots"] - len(vote["ballots"])
        if left_out > 0 or (vote["chair_order"] and not vote["chair"]):
            self.report.caution(
                "results",
                f"{tie} 的记名投票登记 {data['ballots']} 票，计入 {len(vote['ballots'])} 票："
                "其余投票人事后回避或缺席，"
                "请对照留痕核实。",
                f"Of {data['ballots']} ballots on {tie}, {len(vote['ballots'])} count: the other voters "
                "must have been "
                "recused or absent afterwards; look it up in the log.",
            )
            return
        cast = [[b["expert"], b["application"], b["reason"], False] for b in vote["ballots"]]
        if vote["chair_order"]:
            cast.append([vote["chair"], " ".join(vote["chair_order"]), vote["chair_reason"], True])
        if digest("record", canonical(cast)) != data["digest"]:
            raise Wrong(
                f"{tie} 的记名投票与留痕不符。", f"The vote on {tie} is not the recorded one.", before
            )


# The newest result of a round in words.


REASONS = {
    "selected": ("入选", "selected"),
    "below_cap": ("限额之外", "outside the cap"),
    "tie_lost": ("并列未入选", "tied, not selected"),
    "studio_not_selected": ("随工作室落选", "fallen with its studio"),
    "linked_studio_refused": ("所属工作室未受理", "studio not accepted"),
    "below_pass_mark": ("低于合格线", "below the pass mark"),
    "below_floor": ("单项低于最低线", "below a floor"),
    "too_few_sheets": ("有效评分表不足", "too few valid sheets"),
    "not_connected": ("得分不可比", "scores not comparable"),
    "no_spread": ("评分未分高低", "no differences scored"),
    "vetoed": ("一票否决", "vetoed"),
    "refused": ("不予受理", "refused"),
    "withdrawn": ("已撤回申报", "application withdrawn"),
}
TRACKS = {"studio": ("工作室", "Studios"), "project": ("项目", "Projects")}


def listing(one: Json) -> Iterator[str]:
    """The newest result of a round, best first, as it came out here."""
    zh, en = ("最终结果", "final result") if one["final"] else ("尚未确认的结果", "result not yet final")
    yield f"\n批次 {one['code']} 重新算出的{zh} / Round {one['code']}, {en}, computed here:"
    for track, names in TRACKS.items():
        yield f"  {names[0]} {names[1]}"
        own = [place for place in one["places"] if place["track"] == track]
        for place in sorted(own, key=lambda place: (place["rank"] or len(own) + 1, place["application"])):
            rank = place["rank"] or "-"
            yield (
                f"    {rank:>3}  {place['application']:<8} {_score(place['official'], one['decimals']):>8}  "
                + " ".join(REASONS[place["reason"]])
            )


def _score(scaled: int | None, decimals: int) -> str:
    if scaled is None:
        return "-"
    whole, rest = divmod(abs(scaled), 10**decimals)
    return ("-" if scaled < 0 else "") + (f"{whole}.{rest:0{decimals}d}" if decimals else str(whole))


LAYOUT = 1


class Evidence(NamedTuple):
    """What was brought along from outside the bundle."""

    kept: list[Kept]
    receipts: list[Kept]
    keys: list[str]
    witnesses: list[str]


class Verification:
    """All checks on one bundle."""

    def __init__(self, path: str, evidence: Evidence) -> None:
        self.report, self.evidence = Report(), evidence
        self.archive = Archive(path)
        self.checkpoints = Checkpoints(iter(()))
        self.manifest: Json = {}
        self.log = Log(set(), set())

    def run(self) -> Report:
        report = self.report
        if self.archive.unknown:
            names = ", ".join(self.archive.unknown[:3])
            report.caution(
                "files", f"包内有无关文件，未作核对：{names}。", f"Files that nothing proves: {names}."
            )
        report.check("manifest", self._manifest)
        report.check("checkpoints", self._checkpoints)
        if report.check("log", self._log):
            size, root = self.log.size, self.log.roots[self.log.size]
            report.ok(
                "log",
                f"{size} 条留痕逐条核对，编号连续，根摘要 {root}。",
                f"{size} entries, numbered without a gap; root {root}.",
            )
        try:
            keys = Keys(self.log)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            report.add(
                "keys", BAD, "留痕中的密钥无法读出。", f"The keys in the log cannot be read ({error})."
            )
            return report
        report.check("keys", lambda: keys.check(self.archive.json("keys.json"), report))
        self._signatures(keys)
        self._outside(keys)
        report.check("rounds", self._rounds)
        return report

    def _manifest(self) -> None:
        self.manifest = self.archive.json("manifest.json")
        if self.manifest["layout"] != LAYOUT:
            raise Unreadable(f"layout {self.manifest['layout']}: this program knows layout {LAYOUT}")

    def _checkpoints(self) -> None:
        self.checkpoints = Checkpoints(self.archive.lines("checkpoints.jsonl"))

    def _log(self) -> None:
        outside = self.evidence.kept + self.evidence.receipts
        sizes = {note.size for note in self.checkpoints.notes} | {one.size for one in outside}
        self.log = Log(sizes, {one.entry for one in outside if one.entry is not None})
        self.log.read(self.archive.lines("log.jsonl"))
        if self.log.first_wrong:
            raise self.log.first_wrong
        size, root = self.log.size, self.log.roots[self.log.size]
        if self.manifest["size"] != size:
            raise Wrong(
                f"清单登记 {self.manifest['size']} 条记录，实有 {size} 条：被截断或添加。",
                f"The manifest tells of {self.manifest['size']} entries and there are {size}: cut off or "
                "added.",
                min(size, self.manifest["size"]),
            )
        if self.manifest["root"] != root:
            raise self._changed()

    def _changed(self) -> Wrong:
        """Between which checkpoints the log was changed, as closely as they tell."""
        try:
            self.checkpoints.fit(self.log)
        except Wrong as wrong:
            return wrong
        good = self.checkpoints.newest.size if self.checkpoints.newest else 0
        return Wrong(
            f"第 {good} 号或其后的记录有改动：与清单的根摘要不符。",
            f"Entry {good} or a later one was changed: the root is not that of the manifest.",
            good,
        )

    def _signatures(self, keys: Keys) -> None:
        report, notes = self.report, self.checkpoints.notes
        fits = report.check("checkpoints", self._newest_is_listed)
        fits &= report.check("checkpoints", self.checkpoints.fit, self.log)
        fits &= report.check("signatures", self.checkpoints.signed, keys)
        if not notes:
            report.caution(
                "checkpoints", "包内没有签名校验点。", "There is no signed checkpoint in the bundle."
            )
        elif fits:
            report.ok(
                "checkpoints",
                f"{len(notes)} 个签名校验点全部相符，最新一个覆盖前 {notes[-1].size} 条。",
                f"All {len(notes)} signed checkpoints fit; the newest covers the first {notes[-1].size} "
                "entries.",
            )
        covered = notes[-1].size if notes else 0
        if notes and covered < self.log.size:
            report.caution(
                "coverage",
                f"第 {covered} 号至第 {self.log.size - 1} 号记录尚无签名校验点覆盖。",
                f"No signed checkpoint covers entries {covered} to {self.log.size - 1}.",
            )

    def _newest_is_listed(self) -> None:
        newest, there = self.checkpoints.newest, "checkpoint.txt" in self.archive.names
        if bool(newest) != there or (
            newest and Note(self.archive.read("checkpoint.txt").decode()).text != newest.text
        ):
            raise Wrong("checkpoint.txt 不是最新的校验点。", "checkpoint.txt is not the newest checkpoint.")

    def _outside(self, keys: Keys) -> None:
        report = self.report
        for kept in self.evidence.kept:
            if report.check("kept", kept.check, self.log, keys):
                self._anchor(
                    "kept",
                    f"前 {kept.size} 条与另存的校验点相符；此后的记录它证明不了。",
                    f"The first {kept.size} entries fit the checkpoint kept; "
                    "it proves nothing of later ones.",
                )
        for receipt in self.evidence.receipts:
            report.check("receipt", receipt.proves, self.log, report)
            if receipt.root and report.check("receipt", receipt.check, self.log, keys):
                self._anchor(
                    "receipt",
                    f"前 {receipt.size} 条与回执上的校验点相符；此后的记录它证明不了。",
                    f"The first {receipt.size} entries fit the receipt's checkpoint; "
                    "it proves nothing of later ones.",
                )
        for vkey in self.evidence.keys:
            if report.check("key", keys.held_outside, vkey, report) and self.checkpoints.notes:
                self._anchor(
                    "key",
                    "书面密钥是这份留痕的密钥；它不能证明持有密钥的人没有重写。",
                    "The key given is a key of this log; it does not show that its holder rewrote nothing.",
                )
        for vkey in self.evidence.witnesses:
            report.check("cosignature", self._cosigned, Key(vkey))

    def _cosigned(self, key: Key) -> None:
        size = self.checkpoints.cosigned(key)
        self._anchor(
            "cosignature",
            f"{key.name} 的副署有效，覆盖前 {size} 条；此后的记录不在其内。",
            f"The cosignature of {key.name} is good and covers the first {size} entries, and none after "
            "them.",
        )

    def _anchor(self, what: str, zh: str, en: str) -> None:
        self.report.anchors += 1
        self.report.ok(what, zh, en)

    def _rounds(self) -> None:
        scope, listed = self.manifest["scope"], self.manifest["rounds"]
        begun = {
            int(record["round"])
            for record in self.log.of("round.stage")
            if record["data"]["stage"] == "scoring" and scope in ("", record["obj"]["id"])
        }
        folders = {int(name.split("/")[1]) for name in self.archive.names if name.startswith("rounds/")}
        if set(listed) != begun or folders != begun:
            raise Wrong(
                "包内的批次与留痕中已开始评分的批次不符。",
                "The rounds are not those in which scoring has begun.",
            )
        for number in listed:
            self._round(number)

    def _round(self, number: int) -> None:
        one = Round(self.archive, self.log, number, self.report)
        if not self.report.check("policy", one.check_policy):
            return
        if not one.opened:
            self.report.ok(
                "round",
                f"批次 {one.code}：细则相符，尚未启封。",
                f"Round {one.code}: policy fits; not yet opened.",
            )
            return
        if self.report.check("openings", one.check_openings) and self.report.check(
            "results", one.check_results
        ):
            results = len(self.log.of("ranking.compute", number))
            self.report.ok(
                "round",
                f"批次 {one.code}：{len(one.sheets)} 份封存的评分表与启封内容一致，{results} "
                "次结果由原始评分重新算出，"
                "分数、名次、入选全部相同。",
                f"Round {one.code}: {len(one.sheets)} sealed sheets are the opened ones; scores, ranks "
                "and selection "
                f"of {results} results came out the same from the sheets alone.",
            )


def _text(said: str) -> str:
    """The content of a file of this name, else the text itself."""
    try:
        with open(said, encoding="utf-8") as file:
            return file.read()
    except (OSError, ValueError):
        return said


def _kept(said: str) -> Kept:
    kept = Kept(_text(said))
    if not kept.root:
        raise Unreadable(f"{said[:80]!r}: neither a checkpoint nor size and root")
    return kept


def _receipt(said: str) -> Kept:
    receipt = Kept(_text(said))
    if receipt.entry is None or not receipt.leaf:
        raise Unreadable(f"{said[:80]!r}: no receipt, which has an entry and a leaf")
    return receipt


def _key(said: str) -> str:
    """A key as it was typed, if it is one: its own hash shows a slip of the pen."""
    try:
        return Key(said.strip()).vkey
    except (LookupError, ValueError):
        raise Unreadable(f"{said[:80]!r}: no verifier key; look for a slip in copying") from None


def _words(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check a bundle (留痕包) offline.")
    parser.add_argument("bundle")
    parser.add_argument(
        "--checkpoint", action="append", default=[], help="a checkpoint kept elsewhere: file or text"
    )
    parser.add_argument("--key", action="append", default=[], help="the log's key, from paper")
    parser.add_argument("--require-cosignature", action="append", default=[], help="the key of a witness")
    parser.add_argument("--receipt", action="append", default=[], help="an expert's receipt: file or text")
    parser.add_argument("--json", action="store_true", help="findings for machines")
    return parser.parse_args(arguments)


def _shown(report: Report) -> str:
    lines = [f"{SIGNS[one.state]} {one.zh}\n  {one.en}" for one in report.findings]
    if not report.damages():
        lines += [line for one in report.lists for line in listing(one)]
    zh, en = report.verdict()
    return "\n".join([*lines, "", f"结论：{zh}", f"Verdict: {en}"])


def _plain(report: Report, verification: Verification) -> str:
    zh, en = report.verdict()
    return json.dumps(
        {
            "anchors": report.anchors,
            "findings": [one._asdict() for one in report.findings],
            "lists": report.lists,
            "ok": not report.damages(),
            "root": verification.log.roots.get(verification.log.size, ""),
            "size": verification.log.size,
            "verdict": {"en": en, "zh": zh},
        },
        ensure_ascii=False,
        indent=1,
    )


def main(arguments: list[str]) -> int:
    """Check the bundle that the arguments name; the exit code."""
    words = _words(arguments)
    try:
        evidence = Evidence(
            [_kept(said) for said in words.checkpoint],
            [_receipt(said) for said in words.receipt],
            [_key(said) for said in words.key],
            [_key(said) for said in words.require_cosignature],
        )
        verification = Verification(words.bundle, evidence)
        report = verification.run()
    except Exception as error:  # whatever it is, it is no damage that was found
        reason = str(error) if isinstance(error, (Unreadable, ValueError)) else repr(error)
        sys.stderr.write(f"无法核验 / Cannot be checked: {reason}\n")
        return 2
    output = _plain(report, verification) if words.json else _shown(report)
    sys.stdout.buffer.write(output.encode("utf-8") + b"\n")
    return 1 if report.damages() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
