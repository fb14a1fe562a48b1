"""What a tablet is given to go on without network."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask

from panel.services import outboxes
from panel.services.office import Office
from panel.web.expert.outbox import kept_assets
from tests.web.expert.conftest import ROUND, Visit
from tests.world import World

# Nothing here depends on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_an_expert_is_given_the_own_key_and_nobody_may_keep_the_answer(
    office: Office, world: World, visit: Visit
) -> None:
    expert = world.expert("E1")
    answer = visit(expert).client.get("/expert/outbox-key")
    lock = outboxes.lock(office, expert)
    assert (answer.data, answer.headers["Panel-Label"]) == (lock.key, lock.label)
    assert answer.headers["Panel-Idle"] == "900"
    assert answer.headers["Cache-Control"] == "no-store"


def test_who_is_not_signed_in_is_given_no_key(app: Flask) -> None:
    answer = app.test_client().get("/expert/outbox-key", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.data) == (401, b"")


def test_the_worker_names_all_that_it_keeps_and_is_asked_for_anew(app: Flask) -> None:
    client = app.test_client()
    answer = client.get("/expert/worker.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    facts = json.loads(re.findall(r"^self\.PANEL = (.*);$", answer.text, re.M)[0])
    for address in facts["assets"] + re.findall(
        r'"(/static/js/[^"]+)"', answer.text.split("importScripts")[1]
    ):
        assert client.get(address, buffered=True).status_code == 200
    with app.test_request_context("/"):
        assert facts["assets"] == kept_assets()
    assert "没有网络" in facts["offline"]["zh-CN"]
    assert "没有网络" not in facts["offline"]["en"]
    assert re.findall(r"[\u4e00-\u9fff]", facts["offline"]["en"]) == []


def test_only_pages_of_the_experts_own_work_may_be_kept(office: Office, world: World, visit: Visit) -> None:
    world.scoring_round()
    expert = world.accounts["E1"]
    visitor, label = visit(expert), outboxes.lock(office, expert).label
    for kept in (ROUND, f"{ROUND}scores", f"{ROUND}sheets/SX-01"):
        answer = visitor.get(kept)
        assert answer.headers["Panel-Keep"] == label, kept
        assert f'data-label="{label}"' in answer.text
    for other in (f"{ROUND}pledge", f"{ROUND}conflicts", f"{ROUND}sheets/none", "/account/password"):
        assert "Panel-Keep" not in visitor.get(other).headers, other


def test_what_a_sheet_is_bundled_of_is_kept_by_the_worker(world: World, visit: Visit) -> None:
    world.scoring_round()
    visitor = visit(world.accounts["E1"])
    page = visitor.get(f"{ROUND}sheets/SX-01").text
    loaded = set(re.findall(r'(?:src|href)="(/bundles/[^"#]+)"', page))
    with visitor.client.application.test_request_context("/"):
        kept = set(kept_assets())
    assert loaded
    assert loaded <= kept
