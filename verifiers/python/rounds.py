"""Rounds: policy, openings and results against the log."""

from __future__ import annotations

import re

from verifiers.python.archive import Archive, canonical, digest, parsed
from verifiers.python.log import Log
from verifiers.python.places import computed
from verifiers.python.policies import rules_of
from verifiers.python.report import Json, Report, Wrong

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
