"""Check a bundle (留痕包) without network and without the review system: Python 3.9 or newer, nothing else.

    python3 verify_bundle.py BUNDLE.zip [--checkpoint KEPT.txt] [--key VKEY] [--require-cosignature VKEY]
                             [--receipt TEXT] [--json]

Written from docs/bundle.md alone; it shares no code with the program that makes bundles. Keep a copy of your
own, with its SHA-256 on paper: a verifier handed over by those under inspection proves nothing.
Exit code 0: everything fits; 1: damage was found; 2: this could not be read as a bundle.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import NamedTuple

from verifiers.python.archive import Archive
from verifiers.python.checkpoints import Checkpoints, Kept, Keys
from verifiers.python.listing import listing
from verifiers.python.log import Log
from verifiers.python.notes import Key, Note
from verifiers.python.report import BAD, SIGNS, Json, Report, Unreadable, Wrong
from verifiers.python.rounds import Round

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
