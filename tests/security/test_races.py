"""Two people at the same thing in the same moment: one wins, the other is told why, the trail is whole."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from sqlmodel import select

from panel import tables
from panel.audit import read
from panel.audit.events import (
    AccountActivated,
    EligibilityDecided,
    Event,
    FileImported,
    ScoreSaved,
    SealsOpened,
    SheetReturned,
    SheetSubmitted,
    StageChanged,
)
from panel.errors import NotAllowed, PanelError, RuleBroken, StaleVersion
from panel.rules.eligibility import Verdict
from panel.rules.imports import ImportKind
from panel.rules.permissions import Role
from panel.rules.steps import Step
from panel.services import (
    accounts,
    applications,
    imports,
    panelists,
    rounds,
    saves,
    sheets,
    stages,
    verification,
)
from panel.services.office import Actor
from tests import intake
from tests.opened import CODE, Opened
from tests.security.planted import Planted
from tests.world import World

Act = Callable[[], object]
SHORT = "停电，无法补评。"


def at_once(*acts: Act) -> list[PanelError | None]:
    """Start all of them in one moment; answers how each was refused, in their order."""
    start = threading.Barrier(len(acts))

    def run(act: Act) -> PanelError | None:
        start.wait(timeout=30)
        try:
            act()
        except PanelError as refusal:
            return refusal
        return None

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def one_wins(*acts: Act) -> PanelError:
    """Exactly one of two acts goes through; answers how the other was refused."""
    lost = [refusal for refusal in at_once(*acts) if refusal]
    assert len(lost) == len(acts) - 1
    return lost[0]


def logged(world: World, kind: type[Event]) -> list[read.Record]:
    """The entries of an act, once the whole trail was found sound."""
    assert verification.verify(world.office).damages == ()
    with world.office.reading() as session:
        return read.of_act(session, kind.act)


def blind(opened: Opened, number: str) -> str:
    with opened.office.reading() as session:
        return session.get_one(tables.Application, opened.ids[number]).blind_code or ""


def save(opened: Opened, who: Actor, version: int = 1, key: str = "one") -> object:
    unit = opened.office.policy.track(opened.application("S01").track).units()[0]
    return saves.save(
        opened.office,
        who,
        round_code=CODE,
        blind_code=blind(opened, "S01"),
        unit=unit.id,
        points="0",
        comment="理由充分，逐项核对过，写在这里。",
        version=version,
        key=key,
    )


def filled(opened: Opened, who: Actor) -> None:
    """A draft that lacks nothing."""
    track = opened.office.policy.track(opened.application("S01").track)
    opened.world.fill(who, opened.ids["S01"], {unit.id: unit.points * 8 // 10 for unit in track.units()}, "")


def test_a_step_is_confirmed_once(world: World) -> None:
    planted = Planted(world, hand=6).prepared()
    # Without a present chair another secretary is the second person.
    panelists.mark_absent(world.office, world.secretary, CODE, "E1", "出差")
    proposal = stages.take(world.office, world.secretary, CODE, Step.OPEN_SCORING)
    assert proposal is not None
    others = [world.person(Role.SECRETARY, login) for login in ("second", "third")]

    lost = one_wins(*(lambda who=who: stages.confirm(world.office, who, CODE, proposal.id) for who in others))

    assert isinstance(lost, RuleBroken)
    assert lost.code == "proposal_settled"
    (entry,) = logged(world, StageChanged)
    assert entry.round_id == str(planted.round_id)


def late(refusal: PanelError) -> bool:
    """Whether it came after scoring was closed."""
    return isinstance(refusal, RuleBroken) and refusal.code == "scoring_closed"


def test_a_save_comes_before_the_close_or_not_at_all(world: World) -> None:
    opened = Opened(world, {"S01": [80] * 5}).scoring()
    proposal = stages.take(world.office, world.secretary, CODE, Step.CLOSE_SCORING, SHORT)
    assert proposal is not None

    closed, *saves = at_once(
        lambda: stages.confirm(world.office, opened.experts[0], CODE, proposal.id),
        *(lambda who=who: save(opened, who) for who in opened.experts[1:]),
    )

    assert closed is None
    assert all(refusal is None or late(refusal) for refusal in saves)
    records = logged(world, ScoreSaved)
    assert len(records) == saves.count(None)
    end = logged(world, StageChanged)[-1].index
    assert all(record.index < end for record in records)


def test_a_sheet_is_sealed_before_the_opening_or_not_at_all(world: World) -> None:
    opened = Opened(world, {"S01": [80] * 6}, hand=6).scoring()
    for expert in opened.experts[:5]:
        opened.seal(expert, "S01", 80)
    last = opened.experts[5]
    filled(opened, last)
    code = blind(opened, "S01")

    refused = at_once(
        lambda: opened.unsealed(SHORT),
        lambda: sheets.submit(world.office, last, round_code=CODE, blind_code=code, version=1),
    )

    assert refused[0] is None
    assert refused[1] is None or isinstance(refused[1], NotAllowed) or late(refused[1])
    (entry,) = logged(world, SealsOpened)
    sealed = [record for record in logged(world, SheetSubmitted) if record.index < entry.index]
    assert entry.data["sheets"] == len(sealed) == 5 + (refused[1] is None)


def test_a_sheet_is_returned_before_the_opening_or_not_at_all(world: World) -> None:
    opened = Opened(world, {"S01": [80] * 5}).sealed()
    opened.step(Step.CLOSE_SCORING)
    proposal = stages.take(world.office, world.secretary, CODE, Step.OPEN_SEALS)
    assert proposal is not None

    opening, returned = at_once(
        lambda: stages.confirm(world.office, opened.experts[0], CODE, proposal.id),
        lambda: opened.give_back("E1", "S01"),
    )

    if returned is None:
        assert isinstance(opening, RuleBroken)
        assert logged(world, SealsOpened) == []
    else:
        assert (opening, type(returned)) == (None, NotAllowed)


def test_a_workbook_is_taken_over_once(world: World) -> None:
    office = world.office
    rounds.create(office, world.secretary, CODE, "2026年评选（虚构）", date(2026, 8, 28))
    file = intake.applications_file(office, [intake.studio(office), intake.project(office)])
    received = imports.receive(office, world.secretary, CODE, ImportKind.APPLICATIONS, "a.xlsx", file)
    other = world.person(Role.SECRETARY, "second")

    lost = one_wins(
        *(lambda who=who: imports.apply(office, who, received.import_id) for who in (world.secretary, other))
    )

    assert isinstance(lost, RuleBroken)
    assert lost.code == "file_settled"
    assert [entry.data["rows"] for entry in logged(world, FileImported)] == [2]
    with office.reading() as session:
        assert len(session.exec(select(tables.Application)).all()) == 2


def test_a_workbook_is_taken_over_or_dropped(world: World) -> None:
    office = world.office
    rounds.create(office, world.secretary, CODE, "2026年评选（虚构）", date(2026, 8, 28))
    pool = intake.experts_file([(intake.expert(), "")])
    received = imports.receive(office, world.secretary, CODE, ImportKind.EXPERTS, "e.xlsx", pool)
    other = world.person(Role.SECRETARY, "second")

    lost = one_wins(
        lambda: imports.apply(office, world.secretary, received.import_id),
        lambda: imports.drop(office, other, received.import_id),
    )

    assert isinstance(lost, RuleBroken)
    assert lost.code == "file_settled"
    with office.reading() as session:
        there = len(session.exec(select(tables.Expert)).all())
    assert there == len(logged(world, FileImported))


def test_an_activation_code_is_used_once(world: World) -> None:
    issued = accounts.create(world.office, world.administrator, "new", "新秘书（虚构）", Role.SECRETARY)
    passwords = ("the first password", "the second password")

    lost = one_wins(*(lambda p=p: accounts.activate(world.office, issued.code, p) for p in passwords))

    assert isinstance(lost, RuleBroken)
    assert lost.code == "code_unknown"
    assert len(logged(world, AccountActivated)) == 1


def test_a_sealed_sheet_is_returned_once_and_is_not_sealed_meanwhile(world: World) -> None:
    opened = Opened(world, {"S01": [80] * 5}).scoring()
    expert, code = opened.experts[1], blind(opened, "S01")
    opened.seal(expert, "S01", 80)

    def give_back(who: Actor) -> None:
        sheets.return_sheet(
            world.office, who, round_code=CODE, expert_number="E2", application_number="S01", reason="更正"
        )

    other = world.person(Role.SECRETARY, "second")
    refusals = at_once(
        lambda: give_back(world.secretary),
        lambda: give_back(other),
        lambda: sheets.submit(world.office, expert, round_code=CODE, blind_code=code, version=2),
    )

    assert sorted(refusal is None for refusal in refusals[:2]) == [False, True]
    assert {refusal.code for refusal in refusals[:2] if isinstance(refusal, RuleBroken)} == {
        "sheet_not_submitted"
    }
    # Sealed already, or another version since it was given back: the old seal is never made again.
    assert isinstance(refusals[2], RuleBroken | StaleVersion)
    assert (len(logged(world, SheetReturned)), len(logged(world, SheetSubmitted))) == (1, 1)


def test_of_two_verdicts_on_one_application_the_later_is_refused(world: World) -> None:
    office = world.office
    rounds.create(office, world.secretary, CODE, "2026年评选（虚构）", date(2026, 8, 28))
    file = intake.applications_file(office, [intake.studio(office), intake.project(office)])
    received = imports.receive(office, world.secretary, CODE, ImportKind.APPLICATIONS, "a.xlsx", file)
    imports.apply(office, world.secretary, received.import_id)
    other = world.person(Role.SECRETARY, "second")
    with office.reading() as session:
        version = session.exec(select(tables.Application.version)).first()

    lost = one_wins(
        lambda: applications.decide(
            office, world.secretary, CODE, "S01", Verdict.ACCEPTED, "", "齐全", version=version
        ),
        lambda: applications.decide(
            office, other, CODE, "S01", Verdict.REFUSED, "4", "不符", version=version
        ),
    )

    assert isinstance(lost, StaleVersion)
    assert len(logged(world, EligibilityDecided)) == 1
