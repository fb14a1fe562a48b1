"""Everything that anybody can write is shown as text: a whole round of hostile words, on every page."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page

from panel.audit import read
from panel.queries import assignments, blind, identities
from panel.queries import rounds as known
from panel.rules.applications import BudgetCategory, BudgetLine, EmploymentKind, Member, Track
from panel.rules.conflicts import Reach
from panel.rules.draws import ExclusionReason
from panel.rules.eligibility import Verdict
from panel.rules.experts import Employment, Relation, RelationKind
from panel.rules.imports import ImportKind
from panel.rules.permissions import Role
from panel.rules.steps import Step
from panel.rules.votes import Ballot
from panel.services import (
    accounts,
    applications,
    draws,
    exports,
    imports,
    panelists,
    pledges,
    rankings,
    recusals,
    rounds,
    saves,
    sheets,
    stages,
    verification,
)
from panel.services.office import Actor, Office
from tests import intake
from tests.application import application
from tests.e2e.conftest import Live, PageAs
from tests.intake import CODE
from tests.opened import caps
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser

MARK = "<img src=x onerror=hit()>"
"""What would become an element of the page if anything let it."""
STARTS = ("=", "+", "-", "@", "\t=", "\r=")
NOTE = f"=1+1\"'>{MARK}<script>hit()</script><style>*{{color:red}}</style>{{{{ 7*7 }}}}"
PLAYERS = ("E1", "E2", "E3", "E4", "E5", "E6")


def word(start: int, text: str = "") -> str:
    """Short words that begin as a formula would."""
    return f'{STARTS[start % len(STARTS)]}1"{MARK}{text}'


class Round:
    """A round in which nobody writes anything harmless."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.office: Office = world.office
        self.secretary = world.secretary
        caps(self.office, 1, 2)

    def entered(self) -> None:
        """Imported, decided, drawn, recused: up to where scoring can be opened."""
        office, secretary = self.office, self.secretary
        rounds.create(office, secretary, CODE, NOTE[:100], date(2026, 8, 28))
        self._take_over(ImportKind.APPLICATIONS, self._applications())
        self._take_over(ImportKind.EXPERTS, self._experts())
        for number in ("S01", "S02", "P01", "S03"):
            applications.decide(office, secretary, CODE, number, Verdict.ACCEPTED, "", NOTE)
        applications.decide(office, secretary, CODE, "S04", Verdict.VETOED, "7(2)5", NOTE)
        applications.withdraw(office, secretary, CODE, "S03", NOTE)
        with office.reading() as session:
            round_ = known.by_code(session, CODE)
            assert round_ is not None
            hits = identities.uncleared(session, office.policy, round_.id)
        for one in hits:
            applications.clear(office, secretary, CODE, one.application, one.hit.field, one.hit.word, NOTE)
        left_out = {"E7": (ExclusionReason.OTHER, NOTE), "E8": (ExclusionReason.UNAVAILABLE, NOTE)}
        first = draws.prepare(office, secretary, CODE, 5, left_out)
        draws.hold(office, secretary, first)
        draws.hold(office, secretary, draws.prepare(office, secretary, CODE, 6, left_out, NOTE))
        panelists.select_by_hand(office, secretary, CODE, "E7", NOTE)
        panelists.name_chair(office, secretary, CODE, "E1")
        for number in (*PLAYERS, "E7"):
            expert = self._expert(number)
            pledges.take(office, expert, round_code=CODE, digest=office.policy.pledge.digest)
        issued = accounts.issue_code(office, secretary, self._expert("E1").account_id or 0)
        accounts.activate(office, issued.code, PASSWORD)
        with office.reading() as session:
            unit = blind.names(session, round_.id)[0].unit
        pledges.declare(
            office, self._expert("E6"), round_code=CODE, towards=unit, kind=RelationKind.OTHER, words=NOTE
        )
        panelists.mark_absent(office, secretary, CODE, "E7", NOTE)
        for view in recusals.undecided(office, CODE):
            target = view.target
            recusals.decide(office, secretary, CODE, view.expert, view.reach, target, False, NOTE, view.id)

    def scored(self) -> None:
        """Scored, opened, voted, final."""
        self._step(Step.OPEN_SCORING)
        for number in PLAYERS:
            self._score(number)
        sheets.return_sheet(
            self.office,
            self.secretary,
            round_code=CODE,
            expert_number="E6",
            application_number="P01",
            reason=NOTE,
        )
        self._step(Step.CLOSE_SCORING)
        self._step(Step.OPEN_SEALS)
        recusals.decide(self.office, self.secretary, CODE, "E6", Reach.APPLICATION, "S02", True, NOTE)
        rankings.compute(self.office, self.secretary, CODE)
        ballots = tuple(Ballot(n, f"S0{1 + i % 2}", NOTE) for i, n in enumerate(PLAYERS[:5]))
        rankings.record_vote(self.office, self.secretary, CODE, ("S01", "S02"), ballots)

    def final(self) -> None:
        """Confirmed."""
        self._step(Step.FINALIZE)

    def _step(self, step: Step) -> None:
        declined = stages.take(self.office, self.secretary, CODE, step, NOTE)
        assert declined is not None
        stages.decline(self.office, self._expert("E1"), CODE, declined.id, NOTE)
        proposal = stages.take(self.office, self.secretary, CODE, step, NOTE)
        assert proposal is not None
        stages.confirm(self.office, self._expert("E1"), CODE, proposal.id)

    def _score(self, number: str) -> None:
        expert = self._expert(number)
        with self.office.reading() as session:
            own = assignments.of_expert(session, CODE, number)
        for one in own:
            version = one.version
            track = Track.STUDIO if one.application.startswith("S") else Track.PROJECT
            for unit in self.office.policy.track(track).units():
                saved = saves.save(
                    self.office,
                    expert,
                    round_code=CODE,
                    blind_code=one.blind_code,
                    unit=unit.id,
                    points=f"{unit.points * 8 // 10 / 100:g}",
                    comment=NOTE,
                    version=version,
                    key=f"{number}{one.blind_code}{unit.id}",
                )
                version = saved.version
            sheets.submit(self.office, expert, round_code=CODE, blind_code=one.blind_code, version=version)

    def _expert(self, number: str) -> Actor:
        return accounts.actor_of(self.office, number)

    def _take_over(self, kind: ImportKind, data: bytes) -> None:
        received = imports.receive(self.office, self.secretary, CODE, kind, f"{NOTE[:60]}.xlsx", data)
        assert received.problems == ()
        imports.apply(self.office, self.secretary, received.import_id)

    def _applications(self) -> bytes:
        office = self.office
        entered = []
        for n, make in enumerate((intake.studio,) * 4 + (intake.project,)):
            number = f"P0{n - 3}" if make is intake.project else f"S0{n + 1}"
            hostile: dict[str, Any] = {
                "unit": word(0, f"单位{n}"),
                "parent_unit": word(1, f"上级{n}"),
                "branch": word(2),
                "address": word(3),
                "master_name": word(4, f"师{n}"),
                "occupation": word(5, f"工{n}"),
                "exception": NOTE,
                "summary": NOTE,
                "team": tuple(Member(word(m, f"员{n}{m}"), EmploymentKind.FORMAL) for m in range(3)),
                "statements": dict.fromkeys(make(office).statements, NOTE),
            }
            if make is intake.project:
                hostile |= {"unit": word(0, "单位0"), "master_name": word(4, "师0")}
                budget = BudgetLine(BudgetCategory.RESEARCH, word(2), 5_000_000, word(3))
                hostile |= {"title": word(1), "budget": (budget,)}
                hostile |= {"total_fen": 5_000_000, "subsidy_fen": 5_000_000}
            entered.append(make(office, number, **hostile))
        registered = intake.existing(unit=word(0), master_name=word(1), occupation=word(2))
        return intake.applications_file(office, entered, [(registered, "")])

    def _experts(self) -> bytes:
        pool = [
            intake.expert(
                f"E{n}",
                name=word(n, str(n)),
                employer=word(n + 1),
                employer_parent=word(n + 2),
                title=word(n + 3),
                specialities=(word(n + 4),),
                employments=(Employment(word(n + 5)),),
                relations=(Relation(RelationKind.TEACHER, word(n), NOTE[:100]),),
            )
            for n in range(1, 9)
        ]
        return intake.experts_file([(each, "") for each in pool])


DOWNLOADS = (
    "workbook",
    ".xlsx",
    "/feed",
    "/now",
    "/stream",
    "/bundle",
    "/report",
    "/verifiers/1",
    "/outbox-key",
    ".pdf",
)
"""Addresses that are no pages."""


def addresses(live: Live, audience: str) -> list[str]:
    """Every page of an audience: of each kind of thing two."""
    with live.office.reading() as session:
        entries = read.size(session)
        codes = [one.blind_code for one in assignments.of_expert(session, CODE, "E1")][:2]
    values: dict[str, list[object]] = {
        "code": [CODE],
        "number": ["S01", "P01", "E1"],
        "blind_code": [*codes],
        "index": [*range(entries - 1, 0, -max(1, entries // 6))],
    }
    found: set[str] = set()
    for rule in application(live.office).url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.rule.startswith(f"/{audience}/"):
            continue
        several = [rule.rule]
        for name in rule.arguments:
            pattern = re.compile(rf"<(?:\w+:)?{name}>")
            several = [pattern.sub(str(v), one) for one in several for v in values.get(name, [1])]
        found.update(one for one in several if not one.endswith(DOWNLOADS))
    return sorted(found)


def visit(page: Page, live: Live, audience: str) -> int:
    """Look at every page that carries hostile words; answers on how many they stood, as text."""
    shown = 0
    for address in addresses(live, audience):
        if "onerror" not in page.request.get(address).text():
            continue
        page.goto(address, wait_until="domcontentloaded")
        assert page.locator("img[src=x]").count() == 0, address
        assert page.locator("script:not([src]), style").count() == 0, address
        text = page.locator("body").inner_text()
        assert "</style>49" not in text, address
        shown += MARK in text
    return shown


def test_a_whole_round_of_hostile_words_is_shown_as_text(live: Live, page_as: PageAs) -> None:
    world = live.world
    for role in (Role.INSPECTOR, Role.ADMINISTRATOR):
        world.person(role)
    hostile = Round(world)
    hostile.entered()
    desk = page_as("secretary")
    assert visit(desk, live, "secretary") > 8
    hostile.scored()
    assert visit(page_as("E1"), live, "expert") > 3
    assert visit(desk, live, "secretary") > 10
    assert visit(page_as("inspector"), live, "inspector") > 10
    assert visit(page_as("administrator"), live, "admin") > 0
    hostile.final()
    assert verification.verify(live.office).damages == ()
    book = openpyxl.load_workbook(io.BytesIO(exports.result(live.office, hostile.secretary, CODE).data))
    formulas = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.data_type == "f"]
    assert not any(MARK in formula for formula in formulas)
    said = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value]
    assert sum(MARK in text for text in said) > 30
    assert not any(cell.hyperlink for sheet in book for row in sheet for cell in row)
