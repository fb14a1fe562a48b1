"""Taking the pledge over HTTP."""

from __future__ import annotations

import html

import pytest
from sqlmodel import select

from panel import tables
from panel.services.office import Office
from tests.visitors import Visitor
from tests.web.expert.conftest import BY_NAME, ROUND, Visit
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
    fields = {"digest": office.policy.pledge.digest, "confidentiality": "1", "recusal": "1", **BY_NAME}
    answer = unpledged.post(PLEDGE, fields)
    assert (answer.status_code, answer.location) == (303, ROUND)
    page = unpledged.get(ROUND).text
    assert "承诺书已签署。" in page
    assert "SX-01" in page
    assert "您已于 2026年9月1日 09:00 签署" in unpledged.get(PLEDGE).text


@pytest.mark.parametrize("ticked", [{}, {"confidentiality": "1"}, {"recusal": "1"}])
def test_both_must_be_ticked(unpledged: Visitor, office: Office, ticked: dict[str, str]) -> None:
    answer = unpledged.post(PLEDGE, {"digest": office.policy.pledge.digest, **ticked, **BY_NAME})
    assert answer.status_code == 422
    assert "请阅读并勾选两项承诺" in answer.text
    assert "请先阅读并签署承诺书" in unpledged.get(ROUND).text


def test_a_signature_is_not_lost_for_a_tick_that_was_forgotten(unpledged: Visitor, office: Office) -> None:
    drawn = {"manner": "drawn", "strokes": "[[100, 100, 300, 300, 500, 100], [600, 200]]"}
    answer = unpledged.post(PLEDGE, {"digest": office.policy.pledge.digest, "recusal": "1", **drawn})
    assert answer.status_code == 422
    assert f'name="strokes" value="{drawn["strokes"]}"' in answer.text
    typed = unpledged.post(PLEDGE, {"digest": office.policy.pledge.digest, **BY_NAME}).text
    assert 'value="typed" checked' in typed
    assert f'value="{BY_NAME["signed_name"]}"' in typed
    spoilt = unpledged.post(PLEDGE, {"manner": "drawn", "strokes": '"><script>'}).text
    assert 'name="strokes" value=""' in spoilt


def test_a_text_that_was_changed_meanwhile_is_not_signed(unpledged: Visitor) -> None:
    answer = unpledged.post(PLEDGE, {"digest": "0" * 64, "confidentiality": "1", "recusal": "1", **BY_NAME})
    assert answer.status_code == 409
    assert "承诺书文本已更新" in answer.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "请选择签名方式。"),
        ({"manner": "drawn"}, "请在签名框内签名。"),
        ({"manner": "drawn", "strokes": "[[1,1]]"}, "签名太小"),
        ({"manner": "drawn", "strokes": "[[1,1,9999,1]]"}, "签名没有完整送达"),
        ({"manner": "typed", "signed_name": "  "}, "请键入您的姓名。"),
    ],
)
def test_without_a_signature_nothing_is_taken(
    unpledged: Visitor, office: Office, fields: dict[str, str], said: str
) -> None:
    ticked = {"digest": office.policy.pledge.digest, "confidentiality": "1", "recusal": "1"}
    answer = unpledged.post(PLEDGE, {**ticked, **fields})
    assert answer.status_code == 422
    assert said in answer.text
    assert answer.text.count(" checked") >= 2  # what was ticked stays ticked
    assert "请先阅读并签署承诺书" in unpledged.get(ROUND).text


def test_a_drawn_signature_is_shown_again_as_it_was_drawn(unpledged: Visitor, office: Office) -> None:
    fields = {"digest": office.policy.pledge.digest, "confidentiality": "1", "recusal": "1"}
    unpledged.post(PLEDGE, {**fields, "manner": "drawn", "strokes": "[[100,100,300,300,500,100],[600,200]]"})
    page = unpledged.get(PLEDGE).text
    assert 'd="M100 100L300 300L500 100M600 200L600 200"' in page
    assert 'name="strokes"' not in page


def test_a_pledge_on_paper_says_what_to_do_next(unpledged: Visitor, office: Office) -> None:
    fields = {"digest": office.policy.pledge.digest, "confidentiality": "1", "recusal": "1"}
    answer = unpledged.post(PLEDGE, {**fields, "manner": "paper"})
    assert answer.location == PLEDGE
    page = unpledged.get(PLEDGE).text
    assert "请打印、手签后交评审组秘书" in page
    assert "承诺人（签名）" in page
