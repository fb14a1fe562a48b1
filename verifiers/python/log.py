"""The log: one pass over its lines, and its tree (RFC 9162)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from verifiers.python.archive import parsed
from verifiers.python.report import Json, Wrong

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
