"""Taking the pledge over HTTP."""

from __future__ import annotations

import html

import pytest
from sqlmodel import select

from panel import tables
from panel.services.office import Office
from tests.visitors import Visitor
from tests.web.expert.conftest import ROUND, Visit
from tests.world import World

PLEDGE = f"{ROUND}pledge"


@pytest.fixture
def unpledged(visit: Visit, world: World, round_id: int) -> Visitor:
    """E1, who has not taken the pledge."""
    with world.store() as session:
        for row in session.exec(select(tables.Panelist)):
            row.pledged_at, row.pledge_digest = None, ""
            session.add(row)
    return visit(world.accounts["E1"])


def test_both_texts_are_shown_to_the_letter(unpledged: Visitor, office: Office) -> None:
    page = html.unescape(unpledged.get(PLEDGE).text)
    assert office.policy.pledge.confidentiality.strip() in page
    assert office.policy.pledge.recusal.strip() in page


def test_the_pledge_opens_the_queue(unpledged: Visitor, office: Office) -> None:
    fields = {"digest": office.policy.pledge.digest, "confidentiality": "1", "recusal": "1"}
    answer = unpledged.post(PLEDGE, fields)
    assert (answer.status_code, answer.location) == (303, ROUND)
    page = unpledged.get(ROUND).text
    assert "承诺书已签署。" in page
    assert "SX-01" in page
    assert "您已于 2026年9月1日 09:00 签署" in unpledged.get(PLEDGE).text


@pytest.mark.parametrize("ticked", [{}, {"confidentiality": "1"}, {"recusal": "1"}])
def test_both_must_be_ticked(unpledged: Visitor, office: Office, ticked: dict[str, str]) -> None:
    answer = unpledged.post(PLEDGE, {"digest": office.policy.pledge.digest, **ticked})
    assert answer.status_code == 422
    assert "请阅读并勾选两项承诺" in answer.text
    assert "请先阅读并签署承诺书" in unpledged.get(ROUND).text


def test_a_text_that_was_changed_meanwhile_is_not_signed(unpledged: Visitor) -> None:
    answer = unpledged.post(PLEDGE, {"digest": "0" * 64, "confidentiality": "1", "recusal": "1"})
    assert answer.status_code == 409
    assert "承诺书文本已更新" in answer.text
