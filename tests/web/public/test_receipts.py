"""The public page of receipts: anybody may ask, and learns nothing but what a receipt is worth."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from panel.rules.receipts import Receipt
from panel.services.office import Office
from tests.application import application
from tests.opened import Opened
from tests.queries.test_receipts import given_back, paper
from tests.signed import Signed
from tests.world import World

PAGE = "/receipt"
PERCENTS = {"S01": [90, 80], "S02": [70, 60]}


@pytest.fixture
def signed(world: World, tmp_path: Path) -> Signed:
    """A trail with sealed sheets, signed."""
    Opened(world, PERCENTS).sealed()
    made = Signed(world.office, tmp_path)
    made.sign()
    return made


@pytest.fixture
def anybody(signed: Signed) -> FlaskClient:
    """Somebody who is not signed in."""
    return application(signed.office).test_client()


def asked(client: FlaskClient, receipt: Receipt | str, status: int = 200) -> str:
    given = {"receipt": receipt} if isinstance(receipt, str) else receipt.short
    answer = client.get(PAGE, query_string=given)
    assert answer.status_code == status
    return html.unescape(answer.text)


def test_the_form_is_there_for_anybody(anybody: FlaskClient) -> None:
    page = asked(anybody, "")
    assert "核对回执" in page
    assert 'name="receipt"' in page


def test_a_receipt_by_its_address_or_its_text_is_confirmed(signed: Signed, anybody: FlaskClient) -> None:
    receipt = paper(signed.office)
    for page in (asked(anybody, receipt), asked(anybody, receipt.text)):
        assert "这份评分表在留痕中，没有被退回或者作废" in page
        assert "与回执上的校验点相符" in page
        assert f"前 {signed.size()} 条 · 已有签名校验点" in page


def test_neither_names_nor_numbers_nor_scores_are_told(signed: Signed, anybody: FlaskClient) -> None:
    page = asked(anybody, paper(signed.office))
    page = re.sub(
        r"""<form.*?</form>|href="[^"]*"|hx-headers='[^']*'|<code.*?</code>""", "", page, flags=re.S
    )
    for word in ("E1", "S01", "SX-", "（虚构）", "90", "u-"):
        assert word not in page


def test_a_returned_sheet_is_said_not_to_count(signed: Signed, anybody: FlaskClient, world: World) -> None:
    receipt = paper(signed.office)
    given_back(world)
    page = asked(anybody, receipt)
    assert "这份评分表确已封存，但不再计入" in page
    assert "以重新提交时的新回执为准" in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Receipt(99_999, "0" * 64), "留痕中没有这条记录"),
        (Receipt(1, "0" * 64), "与留痕不符"),
        (Receipt(1, "0" * 64, size=1, root="0" * 64), "与回执上的校验点不符"),
        (Receipt(1, "0" * 64, size=99_999, root="0" * 64), "记录比回执上的校验点少"),
    ],
)
def test_what_does_not_fit_is_said_with_what_to_do(anybody: FlaskClient, given: Receipt, said: str) -> None:
    page = asked(anybody, given)
    assert said in page
    assert "告知纪检监察" in page
    assert "下载证明" not in page


def test_what_is_no_receipt_is_said_and_kept_to_be_mended(anybody: FlaskClient) -> None:
    page = asked(anybody, "812 <b>", 422)
    assert "没有读出回执" in page
    assert ">\n812 <b></textarea>" in page


def test_the_proof_is_a_file(signed: Signed, anybody: FlaskClient) -> None:
    receipt = paper(signed.office)
    answer = anybody.get(f"{PAGE}/proof", query_string=receipt.fields())
    assert answer.headers["Content-Disposition"] == f"attachment; filename=receipt-{receipt.entry}.tlog-proof"
    assert answer.text.startswith("c2sp.org/tlog-proof@v1\nindex ")
    assert anybody.get(f"{PAGE}/proof").status_code == 404
    assert anybody.get(f"{PAGE}/proof", query_string=Receipt(1, "0" * 64).fields()).status_code == 404


def test_asking_leaves_no_entry(signed: Signed, office: Office, anybody: FlaskClient) -> None:
    before = signed.size()
    asked(anybody, paper(office))
    assert signed.size() == before
