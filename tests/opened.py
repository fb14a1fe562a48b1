"""Small rounds played through the services up to any step, so that every row has its entry in the trail.

Percents are multiples of ten: of every criterion that share is a legal score, and the total is the percent.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from sqlmodel import col, select

from panel import config, tables
from panel.rules.applications import Application, Track
from panel.rules.eligibility import Verdict
from panel.rules.policies import read_policy
from panel.rules.steps import Step
from panel.rules.votes import Ballot
from panel.services import applications, panelists, pledges, rankings, rounds, sheets, stages
from panel.services.office import Actor, Office
from tests.conftest import StandingClock
from tests.scenes import scene
from tests.world import PROJECT, STUDIO, World

CODE = "2026"
COMMENT = "材料齐全，逐项核对过，理由写在这里。"
Percents = Mapping[str, Sequence[int]]
"""By application, one for each expert in turn."""


def tighter(office: Office, **keys: str) -> None:
    """Give the office another policy: each key is set to this text wherever it stands."""
    lines = office.policy.text.splitlines()
    changed = [
        f"{line.split(' ', 1)[0]} = {keys[line.split(' ', 1)[0]]}" if line.split(" ", 1)[0] in keys else line
        for line in lines
    ]
    office.policy = read_policy("\n".join(changed) + "\n", "the test's policy")


def caps(office: Office, studios: int, projects: int) -> None:
    """Set both caps."""
    text = office.policy.text.replace("\ncap = 3 ", f"\ncap = {studios} ")
    office.policy = read_policy(text.replace("\ncap = 10 ", f"\ncap = {projects} "), "the test's policy")


def world_on(url: str, folder: Path) -> World:
    """An office of its own on this store, for a round that several tests only look at."""
    settings = config.create(folder / "home", database_url=url, secure_cookies=False)
    file = Path(__file__).parents[1] / "config" / "criteria.toml"
    policy = read_policy(file.read_text(encoding="utf-8"), str(file))
    clock = StandingClock()
    return World(Office(settings, policy, clock), clock)


@dataclass(slots=True)
class Opened:
    """A round with five experts, E1 in the chair, and these applications scored by all of them."""

    world: World
    percents: Percents
    experts: list[Actor] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    round_id: int = 0
    others: Mapping[str, Verdict] = field(default_factory=dict)
    """Further applications, with what was decided about them."""
    hand: int = 5

    @property
    def office(self) -> Office:
        """The office under test."""
        return self.world.office

    @property
    def secretary(self) -> Actor:
        """The panel secretary."""
        return self.world.secretary

    def application(self, number: str) -> Application:
        """Studios stand alone, P01 belongs to S01 if there is one, else to an existing studio."""
        track = Track.STUDIO if number.startswith("S") else Track.PROJECT
        studio = number.replace("P", "S")
        base = STUDIO if track is Track.STUDIO else PROJECT
        statements = {c.id: "按计划实施，逐项说明如下。" for c in self.office.policy.track(track).criteria}
        known = studio in self.percents or studio in self.others
        return replace(
            base,
            number=number,
            unit=f"第{number[1:]}单位（虚构）",
            unit_code=f"unit {number[1:]}",
            master_name=f"师{number[1:]}（虚构）",
            master_key=f"key {number[1:]}",
            linked_studio="" if track is Track.STUDIO else (studio if known else "X01"),
            statements=statements,
        )

    def scoring(self) -> Opened:
        """Up to where experts score: everything decided, the panel seated, the pledge taken."""
        return self._scene(("scoring", tuple(self.percents)), self._seat)

    def played(self, name: Hashable, play: Callable[[], object]) -> Opened:
        """The scene of that name: played once, laid again afterwards."""
        shares = tuple((number, tuple(shares)) for number, shares in self.percents.items())
        return self._scene((name, shares), play)

    def _scene(self, key: Hashable, play: Callable[[], object]) -> Opened:
        def whole() -> tuple[int, dict[str, int], list[Actor]]:
            play()
            return self.round_id, self.ids, self.experts

        others = tuple(self.others.items())
        named = key, others, self.hand, self.office.policy.digest
        self.round_id, self.ids, self.experts = scene(self.world, named, whole)
        return self

    def _seat(self) -> None:
        office, secretary = self.office, self.secretary
        self.round_id = rounds.create(office, secretary, CODE, "2026年评选（虚构）", date(2026, 8, 28))
        self.world.add(
            tables.Studio(
                round_id=self.round_id,
                number="X01",
                unit="老单位（虚构）",
                unit_code="unit x",
                master_name="师老（虚构）",
                occupation="钳工",
                running=True,
            )
        )
        for number in (*self.percents, *self.others):
            plain = self.application(number)
            self.ids[number] = self.world.application(self.round_id, plain, verdict=None)
            verdict = self.others.get(number, Verdict.ACCEPTED)
            article = "" if verdict is Verdict.ACCEPTED else "7(2)5"
            applications.decide(office, secretary, CODE, number, verdict, article, "已核对。")
        for n in range(1, self.hand + 1):
            self.experts.append(self.world.expert(f"E{n}"))
            panelists.select_by_hand(office, secretary, CODE, f"E{n}", "业务对口")
        panelists.name_chair(office, secretary, CODE, "E1")
        for expert in self.experts:
            pledges.take(office, expert, round_code=CODE, digest=office.policy.pledge.digest)
        self.step(Step.OPEN_SCORING)

    def sealed(self, without: Iterable[tuple[str, str]] = ()) -> Opened:
        """Up to where all sheets are sealed but these (expert, application)."""
        missing = tuple(without)
        return self.played(("sealed", missing), lambda: self.scoring().scored(missing))

    def scored(self, without: Iterable[tuple[str, str]] = ()) -> Opened:
        """All sheets filled and sealed but these (expert, application)."""
        left_out = set(without)
        for number, shares in self.percents.items():
            for expert, (n, share) in zip(self.experts, enumerate(shares, 1), strict=False):
                if (f"E{n}", number) not in left_out:
                    self.seal(expert, number, share)
        return self

    def seal(self, expert: Actor, number: str, percent: int) -> None:
        """One sheet, filled and sealed."""
        track = Track.STUDIO if number.startswith("S") else Track.PROJECT
        criteria = self.office.policy.track(track).criteria
        points = {c.id: c.points * percent // 100 for c in criteria}
        self.world.fill(expert, self.ids[number], points, COMMENT)
        with self.office.reading() as session:
            row = session.get_one(tables.Application, self.ids[number])
            sheet = session.exec(
                select(tables.Sheet).where(
                    tables.Sheet.expert_id == expert.expert_id, tables.Sheet.application_id == row.id
                )
            ).one()
            blind_code, version = row.blind_code or "", sheet.version
        sheets.submit(self.office, expert, round_code=CODE, blind_code=blind_code, version=version)

    def opened(self, without: Iterable[tuple[str, str]] = ()) -> Opened:
        """Up to the first result."""
        missing = tuple(without)

        def play() -> None:
            self.sealed(missing)
            self.unsealed("设备故障，无法补评。" if missing else "")

        return self.played(("opened", missing), play)

    def returned(self) -> Opened:
        """Scoring is closed; on S01 E1's sheet was returned since, E2's before, and E3's never came in."""

        def play() -> None:
            self.sealed([("E3", "S01")])
            self.give_back("E2", "S01")
            self.step(Step.CLOSE_SCORING, "设备故障，无法补评。")
            self.give_back("E1", "S01")

        return self.played("returned", play)

    def give_back(self, expert: str, number: str) -> None:
        """Return a sheet that was handed in."""
        sheets.return_sheet(
            self.office,
            self.secretary,
            round_code=CODE,
            expert_number=expert,
            application_number=number,
            reason="请补充说明",
        )

    def sheet(self, expert: str, number: str) -> tuple[str, int]:
        """The blind code of an application, and the version of an expert's sheet on it."""
        with self.office.reading() as session:
            query = (
                select(tables.Application.blind_code, tables.Sheet.version)
                .join(tables.Sheet, col(tables.Sheet.application_id) == col(tables.Application.id))
                .join(tables.Expert, col(tables.Expert.id) == col(tables.Sheet.expert_id))
                .where(tables.Application.id == self.ids[number], tables.Expert.number == expert)
            )
            code, version = session.exec(query).one()
        return code or "", version

    def unsealed(self, reason: str = "") -> Opened:
        """Close scoring and open the seals; a reason is needed where sheets are missing."""
        self.step(Step.CLOSE_SCORING, reason)
        self.step(Step.OPEN_SEALS, reason)
        return self

    def final(self) -> Opened:
        """Confirm the result."""
        self.step(Step.FINALIZE)
        return self

    def step(self, step: Step, reason: str = "") -> None:
        """Take a step, with the chair as the second person."""
        proposal = stages.take(self.office, self.secretary, CODE, step, reason)
        if proposal is not None:
            stages.confirm(self.office, self.experts[0], CODE, proposal.id)

    def vote(self, tie: tuple[str, ...], choices: Sequence[str], **chair: object) -> None:
        """Record one ballot of each expert in turn."""
        ballots = tuple(Ballot(f"E{n}", choice, f"理由{n}") for n, choice in enumerate(choices, 1))
        rankings.record_vote(self.office, self.secretary, CODE, tie, ballots, **chair)  # type: ignore[arg-type]
