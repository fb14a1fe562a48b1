"""What must reach nobody: scores before the seals are opened, and who applies in a coded track."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from panel.rules.steps import Step
from tests.security.conftest import Door
from tests.security.planted import CODED, IDENTITIES, NAMED, OUTSIDER, Planted, held

# What a page shows is the same on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OFFICERS = ("secretary", "inspector", "administrator")
EXPERTS = ("E1", "E2", OUTSIDER)
STAGES = ("setup", "scoring", "closed", "opened", "final")
DECLARATION = "/expert/rounds/2026/conflicts"


def at(planted: Planted, stage: str) -> Planted:
    """The round at a stage; while it is scored, most sheets are sealed and E5's are drafts."""
    planted.played(("scored", stage), lambda: bring(planted, stage))
    return planted


def bring(planted: Planted, stage: str) -> None:
    if stage == "setup":
        planted.prepared()
        return
    planted.scoring()
    for n in range(1, 6):
        planted.save(f"E{n}", submit=n < 5 or stage != "scoring")
    if stage != "scoring":
        planted.step(Step.CLOSE_SCORING)
    if stage in ("opened", "final"):
        planted.step(Step.OPEN_SEALS)
    if stage == "final":
        planted.step(Step.FINALIZE)


def said(answer: TestResponse) -> str:
    """All that an answer carries, its headers too; tokens are random and tell nothing."""
    left_out = ("Set-Cookie", "Content-Length", "Date")
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers if name not in left_out)
    body = answer.text if (answer.mimetype or "").startswith("text/") else ""
    return headers + "\n" + re.sub(r'(csrf_token" value="|X-CSRFToken": ")[^"]+', r"\1", body)


def crawl(app: Flask, planted: Planted, door: Door, login: str) -> Iterator[tuple[str, str]]:
    """Every address, asked for by somebody."""
    visitor = door(login)
    audience = "expert" if login.startswith("E") else login.replace("istrator", "")
    for address in planted.addresses(app, audience):
        yield address, said(visitor.get(address))


@pytest.mark.parametrize("stage", STAGES)
def test_nobody_is_shown_what_is_not_theirs(planted: Planted, app: Flask, door: Door, stage: str) -> None:
    """Scores of others: nobody before the opening, an expert never; coded applicants: no expert."""
    at(planted, stage)
    after = stage in ("opened", "final")
    identities = [word for number in CODED for word in IDENTITIES[number]]
    shown = {}
    for login in EXPERTS if after else ("", *OFFICERS, *EXPERTS):
        scores = [one for n in range(1, 6) if f"E{n}" != login for one in planted.scores_of(f"E{n}")]
        secrets = scores + (identities if login in EXPERTS else [])
        for address, text in crawl(app, planted, door, login):
            shown[login, address] = held(text, secrets)

    # Ties are declared towards units and people, so their names stand on that page and nowhere else.
    named = {word for login in EXPERTS for word in shown.pop((login, DECLARATION), [])}
    assert {place: secrets for place, secrets in shown.items() if secrets} == {}
    assert named <= {word for word in identities if word.endswith("（虚构）")}


def test_the_search_would_find_what_is_there(planted: Planted, app: Flask, door: Door) -> None:
    at(planted, "opened")
    everything = [one for n in range(1, 6) for one in planted.scores_of(f"E{n}")]

    own = "".join(text for _, text in crawl(app, planted, door, "E2"))
    opened = "".join(text for _, text in crawl(app, planted, door, "inspector"))

    written = [one for one in planted.scores_of("E2") if not one.isdigit()]
    assert held(own, everything) == written
    assert len(held(opened, everything)) >= 5 * len(NAMED + CODED)
    masters = [IDENTITIES[number][2] for number in CODED]
    assert held(opened, masters) == masters
