"""Every address x method x role x stage against the table of permissions."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from panel import config, tables
from panel.app import create_app
from panel.audit import read
from panel.audit.events import ScoreSaved
from panel.rules.permissions import TABLE, Action, Role
from panel.rules.policies import read_policy
from panel.rules.stages import Stage
from panel.services.office import Office
from panel.services.refusals import RefusalQuota
from panel.web.access import PUBLIC, declared
from tests.conftest import ROOT, StandingClock
from tests.opened import Opened
from tests.visitors import Visitor, arrive
from tests.world import World
from tools import routes

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Which screens are whose; whatever is not listed is everybody's.
OWNERS = {
    "admin": Role.ADMINISTRATOR,
    "expert": Role.EXPERT,
    "inspector": Role.INSPECTOR,
    "secretary": Role.SECRETARY,
}
# What a refusal by the table names: the action, or the act of the one view whose service asks the table.
ASKED = {*Action, ScoreSaved.act}
LOGINS = {role: "E1" if role is Role.EXPERT else role.value for role in Role}


@dataclass(slots=True)
class House:
    """One application with a round in it, and somebody of each role at the door."""

    app: Flask
    office: Office
    world: World
    visitors: dict[Role | None, Visitor]
    file: Path
    round_id: int
    given: dict[str, str]

    def path(self, rule: Rule) -> str:
        """The address with things that exist in the place of its parameters."""
        about_experts = any(part in rule.rule for part in ("/experts/", "/members/"))
        values = {**self.given, "number": "E1" if about_experts else "S01"}
        with self.app.test_request_context():
            wanted = {name: values[name] for name in rule.arguments}
            built = rule.build({name: _typed(rule, name, value) for name, value in wanted.items()})
        assert built is not None
        return str(built[1])

    def put_back(self, stage: Stage) -> None:
        """The store as it was, with the round at this stage."""
        self.office.engine.dispose()
        for left in self.file.parent.glob(f"{self.file.name}-*"):
            left.unlink()
        shutil.copy(self.file.with_suffix(".kept"), self.file)
        self.world.stage(self.round_id, stage)

    def size(self) -> int:
        """How long the trail is."""
        with self.office.reading() as session:
            return read.size(session)

    def refused_since(self, size: int) -> int:
        """How many requests the table has refused since the trail was so long."""
        with self.office.reading() as session:
            records = read.page(session, read.Filter(refused_only=True), after=size - 1, limit=100_000)
        return sum(record.data["tried"] in ASKED and record.data["why"] == "NotAllowed" for record in records)


def _typed(rule: Rule, name: str, value: str) -> object:
    return rule._converters[name].to_python(value)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_file: Path) -> Iterator[House]:
    """Made once: sessions are costly to begin."""
    home = tmp_path_factory.mktemp("house")
    file = home / "panel.sqlite"
    shutil.copy(sqlite_file, file)
    policy = ROOT / "config" / "criteria.toml"
    settings = config.create(home / "home", database_url=f"sqlite:///{file}", secure_cookies=False)
    clock = StandingClock()
    office = Office(settings, read_policy(policy.read_text(encoding="utf-8"), str(policy)), clock)
    office._quota = RefusalQuota(per_minute=1_000_000)
    world = World(office, clock)
    opened = Opened(world, {"S01": [90, 80, 80, 70, 90], "S02": [80] * 5, "P01": [70] * 5}).opened()
    given = _things(world, opened)
    for role in Role:
        if role is not Role.EXPERT:
            world.person(role)
    app = create_app(office)
    visitors: dict[Role | None, Visitor] = {role: arrive(app, login) for role, login in LOGINS.items()}
    office.engine.dispose()
    shutil.copy(file, file.with_suffix(".kept"))
    yield House(app, office, world, {None: arrive(app), **visitors}, file, opened.round_id, given)
    office.engine.dispose()


def _things(world: World, opened: Opened) -> dict[str, str]:
    """Something that exists for each name that addresses use."""
    now, expert = world.clock(), opened.experts[1].expert_id
    assert expert is not None
    received = tables.Import(
        round_id=opened.round_id,
        kind="experts",
        file_name="x.xlsx",
        digest="d",
        size=1,
        content=b"x",
        received_at=now,
    )
    proposal = tables.Proposal(round_id=opened.round_id, step="finalize", proposed_as="u-9", proposed_at=now)
    conflict = tables.Conflict(
        round_id=opened.round_id,
        expert_id=expert,
        code="C1",
        reach="unit",
        target="x",
        facts='{"basis":"unit_name","employer":"x","unit":"x"}',
        known_at=now,
    )
    recusal = tables.Recusal(
        round_id=opened.round_id,
        expert_id=expert,
        recused=False,
        reach="unit",
        target="x",
        reason="x",
        decided_by="u-9",
        decided_at=now,
    )
    draw = tables.Draw(
        round_id=opened.round_id,
        attempt=1,
        size=1,
        pool="E1",
        digest="d",
        seed="00" * 32,
        prepared_at=now,
        held_at=now,
    )
    with world.store() as session:
        session.add_all([received, proposal, conflict, recusal, draw])
        session.flush()
        blind = session.get_one(tables.Application, opened.ids["S01"]).blind_code or ""
        return {
            "device": "1",
            "digest": "0" * 64,
            "expert": "E1",
            "account_id": "1",
            "attempt": "1",
            "batch": "1",
            "material": "1",
            "name": "verify_bundle.py",
            "page": "1",
            "place": "1",
            "blind_code": blind,
            "code": "2026",
            "conflict": str(conflict.id),
            "decision": str(recusal.id),
            "file": str(received.id),
            "filename": "css/base.css",
            "index": "0",
            "kind": "experts",
            "proposal": str(proposal.id),
            "unit": world.office.policy.track(opened.application("S01").track).criteria[0].id,
        }


def test_the_committed_list_of_addresses_is_the_applications(house: House) -> None:
    assert routes.FILE.read_text(encoding="utf-8") == routes.page(house.app), "python -m tools.routes"


def allowed(rule: Rule, what: str, role: Role, stage: Stage) -> bool:
    """What the table says, read here without the code that enforces it."""
    owner = OWNERS.get(rule.rule.split("/")[1])
    grant = TABLE[Action(what)]
    if role not in grant.roles or owner not in (None, role):
        return False
    return "code" not in rule.arguments or not grant.stages or stage in grant.stages


SIGNED = {"public_log.cosign"}
"""What no browser posts: it is taken by the signature in it (tests/web/public/test_log.py)."""


def asked(house: House) -> list[tuple[Rule, str, str]]:
    """Every address and method that declares an action."""
    found = []
    for rule in house.app.url_map.iter_rules():
        what = declared(house.app, rule.endpoint)
        if what != PUBLIC:
            found += [(rule, method, what) for method in METHODS if method in (rule.methods or set())]
    assert len(found) > 50
    return found


def test_a_method_that_an_address_does_not_know_is_missing_for_everybody(house: House) -> None:
    house.put_back(Stage.SCORING)
    addresses = house.app.url_map.bind("localhost")
    everybody = cycle(house.visitors.items())  # in turn: who asks is not looked at where nothing is
    for path in sorted({house.path(rule) for rule in house.app.url_map.iter_rules()}):
        for method in sorted(set(METHODS) - set(addresses.allowed_methods(path))):
            for who, visitor in islice(everybody, 2):
                assert visitor.send(method, path).status_code == 404, (who, method, path)


def test_whoever_is_not_signed_in_is_asked_to(house: House) -> None:
    house.put_back(Stage.SCORING)
    stranger = house.visitors[None]
    for rule, method, _what in asked(house):
        answer = stranger.send(method, house.path(rule))
        assert (answer.status_code, answer.location.split("?")[0]) == (303, "/sign-in"), rule


@pytest.mark.parametrize("stage", Stage)
def test_what_the_table_does_not_grant_is_missing(house: House, stage: Stage) -> None:
    house.put_back(stage)
    wrong = []
    before, expected = house.size(), 0
    for rule, method, what in asked(house):
        for role, visitor in house.visitors.items():
            if role is None or allowed(rule, what, role, stage):
                continue
            # Who may at no stage is refused for the role, before the stage is looked at: once is enough.
            if stage is Stage.SCORING or any(allowed(rule, what, role, other) for other in Stage):
                expected += 1
                if visitor.send(method, house.path(rule)).status_code != 404:
                    wrong.append((role, method, rule.rule))
    assert wrong == []
    assert house.refused_since(before) == expected


@pytest.mark.parametrize("stage", Stage)
def test_what_the_table_grants_is_not_refused(house: House, stage: Stage) -> None:
    house.put_back(stage)
    wrong = []
    for rule, method, what in asked(house):
        for role, visitor in house.visitors.items():
            if role is not None and allowed(rule, what, role, stage):
                before = house.size()
                answer = visitor.send(method, house.path(rule))
                if answer.status_code >= 500 or house.refused_since(before):
                    wrong.append((role, method, rule.rule, answer.status_code))
                if method != "GET":
                    house.put_back(stage)
    assert wrong == []


def test_every_unsafe_address_wants_the_token_of_the_page(house: House) -> None:
    house.put_back(Stage.SCORING)
    for rule in house.app.url_map.iter_rules():
        if rule.endpoint in SIGNED:
            continue
        for method in set(METHODS[1:]) & (rule.methods or set()):
            for role, visitor in house.visitors.items():
                answer = visitor.client.open(house.path(rule), method=method)
                assert answer.status_code == 400, (role, rule.rule)
                assert "页面已过期" in answer.text
