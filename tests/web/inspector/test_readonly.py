"""An inspector reads everything and writes nothing; before the opening no page shows a score."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlmodel import SQLModel, select

from panel import tables
from panel.audit import read
from panel.rules.steps import Step
from panel.services import saves, stages
from panel.services.office import Office
from panel.web import inspector as screens
from tests.opened import CODE, Opened
from tests.web.inspector.conftest import ROUND, Visit, Visitor
from tests.world import World

VIEWING = (
    "watch.log",
    "watch.entry",
    "watch.round",
    "watch.application",
    "watch.result",
    "watch.analysis",
    "watch.verify",
)
AFTER_OPENING = (f"{ROUND}/result", f"{ROUND}/analysis")
TRAIL = ("audit_log", "audit_node", "audit_text")

PAGES = (
    "/inspector/",
    "/inspector/?refused=1",
    "/inspector/feed?after=0",
    "/inspector/entries/3",
    "/inspector/rounds",
    ROUND,
    f"{ROUND}/applications",
    f"{ROUND}/applications/S01",
    f"{ROUND}/applications/P01",
    f"{ROUND}/panel",
    f"{ROUND}/progress",
    f"{ROUND}/progress/now",
    *AFTER_OPENING,
    "/inspector/verify",
)


def contents(office: Office) -> dict[str, list[str]]:
    """Everything in the store but the trail."""
    with office.engine.connect() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(table.select()))
            for table in SQLModel.metadata.sorted_tables
            if table.name not in TRAIL
        }


def test_the_only_form_is_verification(app: Flask) -> None:
    own = {blueprint.name for blueprint in screens.BLUEPRINTS}
    writing = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in own
        for method in (rule.methods or set()) - {"GET", "HEAD"}
    }
    assert writing == {("inspector_verify.run", "POST")}


@pytest.mark.parametrize("opened", [False, True])
def test_looking_at_everything_leaves_only_viewing_events(
    inspector: Visitor, scored: Opened, office: Office, opened: bool
) -> None:
    if opened:
        scored.step(Step.CLOSE_SCORING)
        scored.step(Step.OPEN_SEALS)
    inspector.come()
    with office.reading() as session:
        size = read.size(session)
    before = contents(office)
    for path in PAGES:
        expected = 404 if path in AFTER_OPENING and not opened else 200
        assert inspector.get(path).status_code == expected, path
    assert inspector.post("/inspector/verify").status_code == 200
    assert contents(office) == before
    with office.reading() as session:
        new = [record for record in read.page(session, limit=500) if record.index >= size]
    assert {record.act for record in new if record.ok} <= set(VIEWING)
    # A result that is not there yet was asked for: that is on record, too.
    assert {record.act for record in new if not record.ok} <= {"see_result", "see_analysis"}


@pytest.mark.parametrize("path", [path for path in PAGES if "?" not in path])
def test_nobody_else_comes_in(visit: Visit, scored: Opened, world: World, path: str) -> None:
    for actor in (world.secretary, world.administrator, world.accounts["E1"]):
        assert visit(actor).get(path).status_code == 404


def test_anonymous_is_asked_to_sign_in(app: Flask) -> None:
    assert app.test_client().get("/inspector/").status_code == 303


def entries(office: Office) -> int:
    with office.reading() as session:
        return read.size(session)


def test_no_score_is_shown_before_the_opening(inspector: Visitor, world: World, office: Office) -> None:
    # Figures that nothing else on a page can have: planted on both tracks, drafts and sealed sheets.
    story = Opened(world, {"S01": [90, 80, 70, 80, 90], "P01": [60, 70, 80, 70, 60]}).scoring()
    planted: dict[str, str] = {}
    with office.reading() as session:
        rows = session.exec(select(tables.Application))
        codes = {row.number: row.blind_code or "" for row in rows}
    units = {number: office.policy.track(story.application(number).track).units()[0] for number in codes}
    for number, points in (("S01", "17.5"), ("P01", "13.5")):
        comment = f"泄露标记{number}，理由充分，数据前后一致，可以核验。"
        saves.save(
            office,
            story.experts[0],
            round_code=CODE,
            blind_code=codes[number],
            unit=units[number].id,
            points=points,
            comment=comment,
            version=1,
            key=f"k{number}",
        )
        planted[number] = points
    for step in (None, Step.CLOSE_SCORING):
        if step is not None:
            stages_step(story, step)
        pages = [*PAGES, *(f"/inspector/entries/{n}" for n in range(entries(office)))]
        for path in pages:
            page = inspector.get(path).text
            for secret in ("17.5", "13.5", "1750", "1350", "泄露标记"):
                assert not re.search(rf"(?<![0-9a-f.]){re.escape(secret)}(?![0-9a-f])", page), (path, secret)
    verified = inspector.post("/inspector/verify").text
    assert "泄露标记" not in verified


def stages_step(story: Opened, step: Step) -> None:
    proposal = stages.take(story.office, story.secretary, CODE, step, "设备故障，不再补评")
    assert proposal is not None
    stages.confirm(story.office, story.experts[0], CODE, proposal.id)


def test_the_trail_itself_names_nobody(inspector: Visitor, scored: Opened, office: Office) -> None:
    for path in PAGES:
        inspector.get(path)
    with office.reading() as session:
        bodies = "".join(read.bodies(session))
    for name in ("虚构", "secretary（", "专家", "师01", "第01单位", "unit 01"):
        assert name not in bodies
