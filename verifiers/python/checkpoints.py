"""Keys and checkpoints, those of the bundle and those kept outside."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from verifiers.python.archive import parsed
from verifiers.python.log import Log
from verifiers.python.notes import Key, Note
from verifiers.python.report import Json, Report, Wrong


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
