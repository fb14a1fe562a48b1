"""A round whose scores and names are found again wherever they turn up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from flask import Flask
from werkzeug.routing import Rule

from panel import tables
from panel.audit import read
from panel.queries import assignments
from panel.rules.applications import Application, BudgetCategory, BudgetLine, EmploymentKind, Member
from panel.rules.eligibility import Verdict
from panel.rules.steps import Step
from panel.services import applications, panelists, pledges, rounds, saves, sheets
from panel.services.office import Actor
from tests.opened import CODE, Opened, Percents

NAMED = ("S01", "S02")
CODED = ("P71", "P72")
OUTSIDER = "E9"
"""On file with an account, and not on the panel."""

IDENTITIES: Mapping[str, tuple[str, ...]] = {
    "P71": (
        "P71",
        "X71",
        "朱砂湾铸造厂（虚构）",
        "朱砂湾控股（虚构）",
        "朱砂湾第七分厂",
        "91110115MAPLANT710",
        "大兴区朱砂湾路771号",
        "植守密（虚构）",
        "植成员甲（虚构）",
        "植成员乙（虚构）",
        "尾号七三五一",
        "植入工种七一",
        "例外说明七一",
    ),
    "P72": (
        "P72",
        "X72",
        "黛青岭制造厂（虚构）",
        "黛青岭控股（虚构）",
        "黛青岭第九分厂",
        "91110115MAPLANT720",
        "大兴区黛青岭路772号",
        "隐守信（虚构）",
        "隐成员甲（虚构）",
        "隐成员乙（虚构）",
        "尾号七三五二",
        "植入工种七二",
        "例外说明七二",
    ),
}
"""Number, studio, unit, parent, branch, code, address, master, two members, a key, occupation, exception."""

# All different, and none a multiple of five: nothing else on a page looks like them.
POINTS: Mapping[tuple[str, str], int] = {
    (f"E{n}", number): 100 * (5 * n + place) + 50
    for n in range(1, 6)
    for place, number in enumerate((*NAMED, *CODED), 1)
}
"""By how many hundredths each sheet stays below the full points: in its first criterion, or in the next."""


def comment(expert: str, number: str) -> str:
    """What an expert writes in every field of a sheet."""
    return f"评语暗记{expert}之{(*NAMED, *CODED).index(number)}——论证充分，数据可核，理由如上。"


@dataclass(slots=True)
class Planted(Opened):
    """Two named studios and two coded projects of other units, scored by E1 (chair) to E5."""

    percents: Percents = field(default_factory=lambda: dict.fromkeys((*NAMED, *CODED), (0,) * 5))

    def application(self, number: str) -> Application:
        """As usual; in a project everything that could tell whose it is has been planted."""
        plain = Opened.application(self, number)
        if number not in CODED:
            return plain
        _, studio, unit, parent, branch, code, address, master, one, two, *rest = IDENTITIES[number]
        key, work, exception = rest
        third = Member(one.replace("甲", "丙"), EmploymentKind.FORMAL)
        return replace(
            plain,
            linked_studio=studio,
            unit=unit,
            parent_unit=parent,
            branch=branch,
            unit_code=code,
            address=address,
            master_name=master,
            team=(Member(one, EmploymentKind.FORMAL), Member(two, EmploymentKind.FORMAL), third),
            master_key=key,
            master_last4=key[-4:],
            occupation=work,
            exception=exception,
            title=f"工艺改进之{'子丑'[CODED.index(number)]}",
            budget=(BudgetLine(BudgetCategory.RESEARCH, "试验材料", 6_000_000),),
        )

    def prepared(self) -> Planted:
        """Everything decided and seated; scoring is not open yet."""
        self.played("prepared", self._prepare)
        return self

    def _prepare(self) -> None:
        office, secretary = self.office, self.secretary
        self.round_id = rounds.create(office, secretary, CODE, "2026年评选（虚构）", date(2026, 8, 28))
        for number in CODED:
            self.world.add(self._studio(number))
        for number in self.percents:
            self.ids[number] = self.world.application(self.round_id, self.application(number), verdict=None)
            applications.decide(office, secretary, CODE, number, Verdict.ACCEPTED, "", "已核对。")
        for n in range(1, self.hand + 1):
            self.experts.append(self.world.expert(f"E{n}"))
            panelists.select_by_hand(office, secretary, CODE, f"E{n}", "业务对口")
        self.world.expert(OUTSIDER)
        panelists.name_chair(office, secretary, CODE, "E1")
        for expert in self.experts:
            pledges.take(office, expert, round_code=CODE, digest=office.policy.pledge.digest)

    def scoring(self) -> Planted:
        """Up to where experts score."""
        self.played("scoring", lambda: self.prepared().step(Step.OPEN_SCORING))
        return self

    def scored(self, without: Iterable[tuple[str, str]] = ()) -> Planted:
        """All sheets saved and sealed, as experts do it, but these (expert, application)."""
        left_out = set(without)
        for n in range(1, self.hand + 1):
            self.save(f"E{n}", [number for number in self.percents if (f"E{n}", number) not in left_out])
        return self

    def _studio(self, number: str) -> tables.Studio:
        """The registered studio behind a project."""
        plain = self.application(number)
        return tables.Studio(
            round_id=self.round_id,
            number=plain.linked_studio,
            unit=plain.unit,
            unit_code=plain.unit_code,
            branch=plain.branch,
            master_name=plain.master_name,
            occupation=plain.occupation,
            running=True,
        )

    def blind_code(self, number: str) -> str:
        """The code under which experts know an application."""
        with self.office.reading() as session:
            return session.get_one(tables.Application, self.ids[number]).blind_code or ""

    def save(self, expert: str, numbers: Sequence[str] = (*NAMED, *CODED), *, submit: bool = True) -> None:
        """Score these applications through the service, as an expert does, and seal them."""
        actor = self.actor(expert)
        for number in numbers:
            version = self._version(expert, number)
            code = self.blind_code(number)
            given = self.given(expert, number)
            for unit, points in given.items():
                saved = saves.save(
                    self.office,
                    actor,
                    round_code=CODE,
                    blind_code=code,
                    unit=unit,
                    points=f"{points / 100:g}",
                    comment=comment(expert, number),
                    version=version,
                    key=f"{number}-{unit}",
                )
                version = saved.version
            if submit:
                sheets.submit(self.office, actor, round_code=CODE, blind_code=code, version=version)

    def given(self, expert: str, number: str) -> dict[str, int]:
        """The points of one sheet, by unit: full, but for what `POINTS` takes away."""
        track = self.office.policy.track(self.application(number).track)
        left, found = POINTS[expert, number], {}
        for unit in track.units():
            taken = min(left, unit.points)
            found[unit.id], left = unit.points - taken, left - taken
        return found

    def total(self, expert: str, number: str) -> int:
        """The points of one sheet."""
        return sum(self.given(expert, number).values())

    def actor(self, expert: str) -> Actor:
        """The panel member of that number."""
        return self.world.accounts[expert]

    def _version(self, expert: str, number: str) -> int:
        with self.office.reading() as session:
            several = assignments.of_expert(session, CODE, expert)
        return next(one.version for one in several if one.application == number)

    # What must not be found

    def scores_of(self, expert: str, numbers: Iterable[str] = (*NAMED, *CODED)) -> list[str]:
        """What only this expert may read before the seals are opened: comments and totals."""
        return [
            *(comment(expert, number) for number in numbers),
            *(f"{self.total(expert, number) / 100:g}" for number in numbers),
            *(str(self.total(expert, number)) for number in numbers),
        ]

    def addresses(self, app: Flask, role: str) -> list[str]:
        """Every address that can be asked for: of a role all that exist, of the others one each."""
        found: list[str] = []
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint not in ("static", "assets.htmx"):
                several = self._filled(rule)
                found += several if rule.rule.startswith(f"/{role}/") else several[:1]
        return sorted(set(found))

    def _filled(self, rule: Rule) -> list[str]:
        values: dict[str, Iterable[object]] = {
            "code": [CODE],
            "number": [*self.ids, "E1", "E2"],
            "blind_code": [*map(self.blind_code, self.ids), "S01", "K2K2"],
            "kind": ["applications", "experts"],
            "account_id": range(1, 6),
            **dict.fromkeys(("batch", "material", "page", "place"), (1,)),
            "index": range(0, self._entries(), 25),
        }
        addresses = [rule.rule]
        for name in rule.arguments:
            pattern = re.compile(rf"<(?:[a-z]+:)?{name}>")
            addresses = [
                pattern.sub(str(value), address)
                for address in addresses
                for value in values.get(name, (1, 2))
            ]
        return addresses

    def _entries(self) -> int:
        with self.office.reading() as session:
            return read.size(session)


def held(text: str, secrets: Iterable[str]) -> list[str]:
    """The secrets that a text holds: a number or code only where it stands by itself."""
    numbers = set(re.findall(r"(?<![0-9A-Za-z.:#_-])[0-9.]+(?![0-9A-Za-z._-])", text))
    codes = set(re.findall(r"(?<![0-9A-Za-z_-])[A-Z0-9]+(?![0-9A-Za-z_-])", text))
    return [secret for secret in secrets if _is_there(secret, text, numbers, codes)]


def _is_there(secret: str, text: str, numbers: set[str], codes: set[str]) -> bool:
    if re.fullmatch(r"[0-9.]+", secret):
        return secret in numbers or f"{secret}0" in numbers
    if re.fullmatch(r"[A-Z0-9]+", secret):
        return secret in codes
    return secret.removesuffix("（虚构）") in text
