"""A receipt against the trail: there or not, counting or not, and never a word more."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from panel.audit import notes, read, tree
from panel.db.engine import writing
from panel.errors import NotFound
from panel.queries import receipts
from panel.queries.receipts import Checked, Match, Standing
from panel.queries.trail import Kept
from panel.rules.receipts import Receipt
from panel.services import sheets
from panel.services.office import Office
from tests.opened import CODE, Opened
from tests.signed import Signed
from tests.tampering import unfence
from tests.world import World

PERCENTS = {"S01": [90, 80], "S02": [70, 60]}


@pytest.fixture
def sealed(world: World) -> Opened:
    """Two sheets each of two experts, sealed."""
    return Opened(world, PERCENTS).sealed()


@pytest.fixture
def signed(sealed: Opened, tmp_path: Path) -> Signed:
    """The trail, which has a key."""
    return Signed(sealed.office, tmp_path)


def paper(office: Office, subject: str = "E1/S01") -> Receipt:
    """The receipt of the first sealing of a sheet."""
    with office.reading() as session:
        record = next(one for one in read.of_act(session, "sheet.submit") if one.subject == subject)
        head = read.head(session)
    return Receipt(record.index, record.leaf, record.data["c"], head.size, head.root)


def checked(office: Office, receipt: Receipt) -> Checked:
    with office.reading() as session:
        return receipts.check(session, receipt)


def given_back(world: World) -> None:
    sheets.return_sheet(
        world.office,
        world.secretary,
        round_code=CODE,
        expert_number="E1",
        application_number="S01",
        reason="误录，请核对。",
    )


def test_a_sealed_sheet_is_there_and_counts(sealed: Opened) -> None:
    receipt = paper(sealed.office)
    found = checked(sealed.office, receipt)
    assert (found.match, found.standing, found.kept) == (Match.THERE, Standing.COUNTS, Kept.CONTINUES)
    assert found.point is not None
    assert not found.point.signed
    path = [bytes.fromhex(one) for one in found.path]
    leaf, root = bytes.fromhex(receipt.leaf), bytes.fromhex(found.point.root)
    assert tree.includes(receipt.entry, found.point.size, leaf, path, root)


def test_the_point_is_the_newest_checkpoint_once_it_covers_the_entry(sealed: Opened, signed: Signed) -> None:
    receipt = paper(sealed.office)
    note = notes.checkpoint_of(signed.sign())
    signed.write(3)
    found = checked(sealed.office, receipt)
    assert found.point is not None
    assert (found.point.size, found.point.root, found.point.signed) == (note.size, note.root.hex(), True)


def test_a_checkpoint_from_before_does_not_cover_the_entry(world: World, tmp_path: Path) -> None:
    Signed(world.office, tmp_path).sign()
    Opened(world, PERCENTS).sealed()
    found = checked(world.office, paper(world.office))
    assert found.point is not None
    assert not found.point.signed


def test_a_returned_sheet_no_longer_counts_nor_does_its_first_seal_afterwards(sealed: Opened) -> None:
    receipt = paper(sealed.office)
    given_back(sealed.world)
    assert checked(sealed.office, receipt).standing is Standing.RETURNED
    assert checked(sealed.office, paper(sealed.office, "E2/S01")).standing is Standing.COUNTS


@pytest.mark.parametrize(
    "change",
    [
        lambda receipt: replace(receipt, leaf="00" * 32),
        lambda receipt: replace(receipt, seal="00" * 32),
        lambda receipt: replace(receipt, entry=receipt.entry + 1),
        lambda receipt: replace(receipt, entry=0),
    ],
)
def test_what_does_not_fit_is_told_nothing_more(sealed: Opened, change: object) -> None:
    wrong = change(paper(sealed.office))  # type: ignore[operator]
    found = checked(sealed.office, wrong)
    assert (found.match, found.standing, found.at, found.point, found.path) == (
        Match.OTHER,
        None,
        None,
        None,
        (),
    )


def test_another_act_is_no_receipt_even_with_its_leaf(sealed: Opened) -> None:
    with sealed.office.reading() as session:
        (record,) = read.of_act(session, "round.create")
    assert checked(sealed.office, Receipt(record.index, record.leaf)).match is Match.OTHER


def test_a_trail_that_was_cut_off_or_rewritten_shows(sealed: Opened) -> None:
    receipt = paper(sealed.office)
    assert checked(sealed.office, replace(receipt, entry=99_999)).match is Match.BEYOND
    assert checked(sealed.office, replace(receipt, size=99_999)).kept is Kept.SHORTER
    assert checked(sealed.office, replace(receipt, root="00" * 32)).kept is Kept.OTHER
    assert checked(sealed.office, replace(receipt, size=0, root="")).kept is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET body = body || ' ' WHERE idx = {entry}",
        "DELETE FROM audit_log WHERE idx = {entry}",
        "DELETE FROM audit_node WHERE level = 1",
        "UPDATE audit_log SET leaf = (SELECT leaf FROM audit_log WHERE idx = 0) WHERE idx = {beside}",
    ],
)
def test_a_damaged_trail_proves_no_receipt(sealed: Opened, statement: str) -> None:
    receipt = paper(sealed.office)
    with Session(writing(sealed.office.engine)) as session:
        for table in ("audit_log", "audit_node"):
            unfence(session.connection(), table)
        session.execute(text(statement.format(entry=receipt.entry, beside=receipt.entry ^ 1)))
        session.commit()
    assert checked(sealed.office, receipt).match is Match.OTHER


def test_the_proof_is_read_by_the_form_s_own_rules(sealed: Opened, signed: Signed) -> None:
    receipt = paper(sealed.office)
    with sealed.office.reading() as session, pytest.raises(NotFound):
        receipts.proof(session, receipt)
    note = signed.sign()
    with sealed.office.reading() as session:
        made = receipts.proof(session, receipt)
        with pytest.raises(NotFound):
            receipts.proof(session, replace(receipt, leaf="00" * 32))
    head, checkpoint = made.split("\n\n", 1)
    version, index, *hashes = head.split("\n")
    assert (version, index) == ("c2sp.org/tlog-proof@v1", f"index {receipt.entry}")
    assert checkpoint == str(note)
    point = notes.checkpoint_of(note)
    path = [base64.b64decode(one) for one in hashes]
    assert tree.includes(receipt.entry, point.size, bytes.fromhex(receipt.leaf), path, point.root)
    assert "E1" not in version + index
    assert json.dumps(hashes).isascii()
