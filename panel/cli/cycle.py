"""The example round, played through the same services as a real one, at the moments of its own timeline."""

from __future__ import annotations

import csv
import heapq
import tomllib
import uuid
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from panel.errors import NotFound
from panel.queries import assignments
from panel.queries import materials as material_queries
from panel.queries import rounds as round_queries
from panel.queries.assignments import Assignment
from panel.queries.materials import FileView
from panel.rules.applications import Material
from panel.rules.draws import ExclusionReason
from panel.rules.eligibility import Verdict
from panel.rules.experts import RelationKind
from panel.rules.imports import ImportKind
from panel.rules.permissions import Role
from panel.rules.redactions import Box
from panel.rules.signatures import Signature, typed
from panel.rules.steps import Step
from panel.rules.votes import Ballot
from panel.services import (
    accounts,
    applications,
    draws,
    imports,
    materials,
    panelists,
    pledges,
    rankings,
    recusals,
    redactions,
    rounds,
    saves,
    sheets,
    stages,
)
from panel.services.accounts import IssuedCode
from panel.services.office import Actor, Office

PASSWORD = "panel-demo-2026"  # noqa: S105 - of the demonstration, printed when it starts
CODE = "2026"
LOGINS = {"administrator": ("admin",), "secretary": ("secretary", "secretary2"), "inspector": ("inspector",)}


UNHURRIED, HASTY = timedelta(seconds=75), timedelta(seconds=4)
"""How long an expert looks at one criterion: most of them, and the one who fills in straight lines."""


class Milestone(StrEnum):
    """Where the demonstration can stop."""

    IMPORTED = "imported"
    CHECKED = "checked"
    DRAWN = "drawn"
    SCORING = "scoring"
    CLOSED = "closed"
    OPENED = "opened"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Given:
    """One line of the example scores."""

    criterion: str
    points: str
    comment: str


@dataclass(slots=True)
class Cycle:
    """The example round at an office whose clock follows the timeline."""

    office: Office
    examples: Path
    tell: Callable[[str], None]
    timeline: Mapping[str, Any] = field(init=False)
    people: dict[str, Actor] = field(init=False, default_factory=dict)
    hands: dict[str, Signature] = field(init=False, default_factory=dict)
    """How everybody signs: all type their names, since nobody here has a finger."""
    moment: datetime = field(init=False)

    def __post_init__(self) -> None:
        with (self.examples / "timeline.toml").open("rb") as file:
            self.timeline = tomllib.load(file)
        self.moment = _utc(self.timeline["round"]["opened_at"])
        self.office.clock = lambda: self.moment

    def play(self, until: Milestone) -> None:
        """Play the round up to a milestone; scoring stops half done when it is the milestone itself."""
        for milestone, act in self._acts().items():
            act(milestone is until)
            if milestone is until:
                return

    def _acts(self) -> dict[Milestone, Callable[[bool], None]]:
        return {
            Milestone.IMPORTED: self._import,
            Milestone.CHECKED: self._check,
            Milestone.DRAWN: self._draw,
            Milestone.SCORING: self._score,
            Milestone.CLOSED: self._close,
            Milestone.OPENED: self._open,
            Milestone.FINAL: self._finalize,
        }

    def _at(self, when: datetime) -> None:
        """Move the clock on; it never goes back."""
        self.moment = max(self.moment + timedelta(seconds=1), _utc(when))

    # Before scoring

    def _import(self, _last: bool) -> None:
        self.tell("建立账号，导入申报工作簿和专家名册")
        round_ = self.timeline["round"]
        self._officers()
        rounds.create(self.office, self.secretary, CODE, round_["name"], round_["closing_date"])
        self._at(round_["imported_at"])
        self._read(ImportKind.APPLICATIONS)
        self._at(round_["experts_imported_at"])
        self._read(ImportKind.EXPERTS)
        self._hand_in()

    def _officers(self) -> None:
        free = {role: list(logins) for role, logins in LOGINS.items()}
        for officer in self.timeline["officer"]:
            role, login = officer["role"], free[officer["role"]].pop(0)
            if role == Role.ADMINISTRATOR:
                issued = accounts.first_administrator(self.office, login, officer["name"])
            else:
                issued = accounts.create(
                    self.office, self.people["admin"], login, officer["name"], Role(role)
                )
            self._activate(issued)

    def _activate(self, issued: IssuedCode) -> None:
        accounts.activate(self.office, issued.code, PASSWORD)
        self.people[issued.login] = accounts.actor_of(self.office, issued.login)
        self.hands[issued.login] = typed(issued.name)

    @property
    def secretary(self) -> Actor:
        """Who runs the round."""
        return self.people["secretary"]

    def _read(self, kind: ImportKind) -> None:
        file = self.examples / f"{kind}-2026.xlsx"
        imports.read_file(self.office, self.secretary, CODE, kind, file)

    def _hand_in(self) -> None:
        """Material of a few applications, as the ZIP that an office would pack."""
        self._at(self.timeline["material"]["received_at"])
        file = self.examples / "materials-2026.zip"
        received = materials.receive(self.office, self.secretary, CODE, file.name, file.read_bytes())
        materials.apply(self.office, self.secretary, received.batch_id)

    def _review(self) -> None:
        """A person looks at what has no text, and draws; the rest is hidden as it was proposed."""
        plan = self.timeline["material"]
        drawn = {(box["file"], box["page"]): Box(*box["edges"]) for box in plan["box"]}
        self._at(plan["reviewed_at"])
        for file in self._waiting():
            for page in file.waiting:
                if page.look is not None:
                    box = drawn.get((file.file_name, page.number))
                    boxes = [box] if box else []
                    redactions.review(
                        self.office, self.secretary, CODE, file.id, page.number, boxes, version=0
                    )
            if any(page.look is None for page in file.waiting):
                redactions.review_rest(self.office, self.secretary, CODE, file.id)

    def _waiting(self) -> list[FileView]:
        with self.office.reading() as session:
            round_ = round_queries.by_code(session, CODE)
            if round_ is None:
                raise NotFound("the demonstration's round is gone")
            lines = material_queries.lines(session, self.office.policy, round_.id)
            return [
                file
                for line in lines
                if line.waiting
                for file in material_queries.of_number(session, self.office.policy, round_.id, line.number)
            ]

    def _check(self, _last: bool) -> None:
        self.tell("资格审查：更正、补正、逐份作出结论")
        acts = [(act["at"], self._correct, act) for act in self.timeline["correction"]]
        acts += [(act["at"], self._decide, act) for act in self.timeline["verdict"]]
        for when, act, what in sorted(acts, key=lambda entry: entry[0]):
            self._at(when)
            act(what)

    def _correct(self, what: Mapping[str, Any]) -> None:
        with self.office.reading() as session:
            before, version = applications.current(session, CODE, what["application"])
        name = what["field"]
        if "add" in what:
            value: Any = before.materials | {Material(code) for code in what["add"]}
        elif isinstance(what["after"], str):
            value = getattr(before, name).replace(what["before"], what["after"], 1)
        else:
            value = what["after"]
        applications.correct(
            self.office,
            self.secretary,
            CODE,
            replace(before, **{name: value}),
            reason=what["reason"],
            version=version,
        )

    def _decide(self, what: Mapping[str, Any]) -> None:
        applications.decide(
            self.office,
            self.secretary,
            CODE,
            what["application"],
            verdict=Verdict(what["verdict"]),
            article=what["article"],
            reason=what["reason"],
        )

    def _draw(self, _last: bool) -> None:
        self.tell("审查盲评材料，抽取专家，排查利益冲突，决定回避")
        self._review()
        plan = self.timeline["draw"]
        excluded = {
            out["expert"]: (ExclusionReason(out["reason"]), out["note"]) for out in self.timeline["exclusion"]
        }
        self._at(plan["pool_at"])
        draw_id = draws.prepare(self.office, self.secretary, CODE, plan["size"], excluded)
        self._at(plan["drawn_at"])
        draws.hold(self.office, self.secretary, draw_id)
        found = [act for act in self.timeline["recusal"] if act["found"] == "data"]
        self._at(found[0]["at"] - timedelta(minutes=5))
        recusals.find(self.office, self.secretary, CODE)
        for act in found:
            self._recuse(act)
        for issued in panelists.issue_codes(self.office, self.secretary, CODE):
            self._activate(issued)

    def _recuse(self, act: Mapping[str, Any]) -> None:
        self._at(act["at"])
        for conflict in recusals.undecided(self.office, CODE):
            if conflict.expert == act["expert"]:
                recusals.settle(
                    self.office,
                    self.secretary,
                    CODE,
                    conflict.id,
                    recused=True,
                    reason=act["reason"],
                )

    # Scoring

    def _score(self, last: bool) -> None:
        self.tell("推选组长，签署承诺，开始评分")
        self._seat()
        self._at(self.timeline["round"]["scoring_opened_at"])
        self._step(Step.OPEN_SCORING)
        experts = [name for name in self.people if name.startswith("E") and name not in self._absent()]
        self.tell(f"{len(experts)} 名专家同时评分")
        self._side_by_side([self._sheets(expert, half=last) for expert in experts])
        if not last:
            self._late()

    def _absent(self) -> set[str]:
        return {absence["expert"] for absence in self.timeline["absence"]}

    def _seat(self) -> None:
        for absence in self.timeline["absence"]:
            self._at(absence["at"])
            panelists.mark_absent(self.office, self.secretary, CODE, absence["expert"], absence["reason"])
        chair = self.timeline["chair"]
        self._at(chair["at"])
        panelists.name_chair(self.office, self.secretary, CODE, chair["expert"])
        for name, person in self.people.items():
            if person.role is Role.EXPERT and name not in self._absent():
                pledges.take(
                    self.office,
                    person,
                    round_code=CODE,
                    digest=self.office.policy.pledge.digest,
                    signature=self.hands[name],
                )

    def _step(self, step: Step, reason: str = "") -> None:
        """Take a step as two persons do: the secretary proposes, the chair confirms."""
        proposal = stages.take(self.office, self.secretary, CODE, step, reason)
        if proposal is not None:
            self.moment += timedelta(minutes=1)
            chair = self.people[self.timeline["chair"]["expert"]]
            stages.confirm(self.office, chair, CODE, proposal.id)

    def _side_by_side(self, sittings: list[Iterator[timedelta]]) -> None:
        """Let experts work at the same time: each sitting says how long it takes until its next act."""
        begin = _utc(self.timeline["round"]["scoring_opened_at"])
        due = [(begin + timedelta(minutes=5, seconds=40 * n), n) for n in range(1, len(sittings) + 1)]
        while due:
            when, n = heapq.heappop(due)
            self._at(when)
            pause = next(sittings[n - 1], None)
            if pause is not None:
                heapq.heappush(due, (self.moment + pause, n))

    def _sheets(self, expert: str, *, half: bool) -> Iterator[timedelta]:
        """Score an expert's own queue in its order, and submit; with `half`, stop in the middle."""
        given = self._given()[expert]
        with self.office.reading() as session:
            queue = assignments.of_expert(session, CODE, expert)
        whole = len(queue) // 2 if half else len(queue)
        for sheet in queue[:whole]:
            yield from self._submit(expert, sheet, given.get(sheet.application, []))
        for sheet in queue[whole : whole + 1]:
            lines = given[sheet.application]
            yield from self._save(expert, sheet, lines[: len(lines) // 2])

    def _submit(self, expert: str, sheet: Assignment, lines: list[Given]) -> Iterator[timedelta]:
        version = yield from self._save(expert, sheet, lines)
        if lines:  # else the sheet that the timeline calls missing
            sheets.submit(
                self.office,
                self.people[expert],
                round_code=CODE,
                blind_code=sheet.blind_code,
                version=version,
                signature=self.hands[expert],
            )
            yield timedelta(seconds=20)

    def _save(self, expert: str, sheet: Assignment, lines: list[Given]) -> Generator[timedelta, None, int]:
        """Open an application and score it; most take their time, and E7 does not."""
        person, version = self.people[expert], sheet.version
        pace = HASTY if expert == "E7" else UNHURRIED
        sheets.opened(self.office, person, round_code=CODE, blind_code=sheet.blind_code)
        for line in lines:
            yield pace
            saved = saves.save(
                self.office,
                person,
                round_code=CODE,
                blind_code=sheet.blind_code,
                unit=line.criterion,
                points=line.points,
                comment=line.comment,
                version=version,
                key=uuid.uuid4().hex,
            )
            version = saved.version
        return version

    def _given(self) -> dict[str, dict[str, list[Given]]]:
        found: dict[str, dict[str, list[Given]]] = defaultdict(lambda: defaultdict(list))
        with (self.examples / "scores-2026.csv").open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                line = Given(row["criterion"], row["points"], row["comment"])
                found[row["expert"]][row["application"]].append(line)
        return found

    def _late(self) -> None:
        """A conflict that its expert remembers only after scoring: the sheets are void, and kept."""
        for act in self.timeline["recusal"]:
            if act["found"] == "declared":
                self._at(act["declared_at"])
                pledges.declare(
                    self.office,
                    self.people[act["expert"]],
                    round_code=CODE,
                    towards=act["towards"],
                    kind=RelationKind(act["kind"]),
                    words=act["note"],
                )
                self._recuse(act)

    # The result

    def _close(self, _last: bool) -> None:
        self.tell("关闭评分，封存")
        self._at(self.timeline["round"]["closed_at"])
        self._step(Step.CLOSE_SCORING, self.timeline["opening"]["reason"])

    def _open(self, _last: bool) -> None:
        self.tell("启封，校正，排名")
        self._at(self.timeline["round"]["results_opened_at"])
        self._step(Step.OPEN_SEALS, self.timeline["opening"]["reason"])

    def _finalize(self, _last: bool) -> None:
        self.tell("记名投票，确认结果")
        votes = self.timeline["vote"]
        self._at(votes[-1]["at"])
        ballots = tuple(Ballot(vote["expert"], vote["application"], vote["reason"]) for vote in votes)
        tie = tuple(sorted({vote["application"] for vote in votes}))
        rankings.record_vote(self.office, self.secretary, CODE, tie, ballots)
        self._at(self.timeline["round"]["finalised_at"])
        self._step(Step.FINALIZE)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
