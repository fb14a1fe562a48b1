"""Verification at the press of a button: what is said, what is handed out, and what is found."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from panel import tables
from panel.audit import read
from panel.db.engine import writing
from panel.services.office import Office
from tests.opened import Opened
from tests.tampering import unfence
from tests.web.inspector.conftest import Visitor
from tests.world import World

VERIFY = "/inspector/verify"


def pressed(visitor: Visitor, **fields: object) -> str:
    answer = visitor.post(VERIFY, fields)
    assert answer.status_code == 200, html.unescape(answer.text)
    return html.unescape(answer.text)


def spoil(office: Office, table: str, statement: str) -> None:
    with Session(writing(office.engine)) as session:
        unfence(session.connection(), table)
        session.execute(text(statement))
        session.commit()


def test_what_is_checked_and_what_is_not_is_said_beforehand(inspector: Visitor, office: Office) -> None:
    page = html.unescape(inspector.get(VERIFY).text)
    assert "查什么" in page
    assert "查不出最新校验点以后的末尾记录被整齐删去" in page
    with office.reading() as session:
        assert read.of_act(session, "watch.verify") == []


def test_a_whole_trail_is_called_whole_and_its_checkpoint_handed_out(
    inspector: Visitor, scored: Opened, office: Office
) -> None:
    inspector.come()
    with office.reading() as session:
        head = read.head(session)
    page = pressed(inspector)
    assert "没有发现改动" in page
    assert f"全部 {head.size} 条留痕" in page
    assert "".join(re.findall(r"<span>([0-9a-f]{8})</span>", page)) == head.root
    assert "发现不了" in page
    line = f"panel-checkpoint size={head.size} root={head.root} at=2026-09-01T01:00:00.000000Z"
    assert f'download="checkpoint-{head.size}.txt"' in page
    assert line.replace(" ", "%20").replace("=", "%3D").replace(":", "%3A") in page
    with office.reading() as session:
        (record,) = read.of_act(session, "watch.verify")
        assert read.head(session).size == head.size + 1
    assert record.data == {"size": head.size, "root": head.root, "damages": 0}


def test_the_code_is_a_picture_without_style(inspector: Visitor) -> None:
    page = pressed(inspector)
    picture = page[page.index("<svg", page.index("checkpoint__code")) :]
    picture = picture[: picture.index("</svg>")]
    assert "style" not in picture
    assert "<path" in picture
    assert "校验点二维码" in picture


def test_a_tap_is_answered_with_the_part_that_changes(inspector: Visitor) -> None:
    whole = pressed(inspector)
    part = inspector.post(VERIFY, {}, **{"HX-Request": "true"}).text
    assert "<html" in whole
    assert "<html" not in part
    assert "checkpoint__size" in part


def test_a_changed_score_is_named(inspector: Visitor, scored: Opened, office: Office) -> None:
    with scored.world.store() as session:
        score = session.exec(select(tables.Score)).first()
        assert score is not None
        score.points = (score.points or 0) - 100
        session.add(score)
    page = pressed(inspector)
    assert "发现改动" in page
    assert re.search(r"第 \d+ 号：", page)
    assert "没有发现改动" not in page


def test_a_changed_entry_is_named_with_its_number(inspector: Visitor, scored: Opened, office: Office) -> None:
    spoil(office, "audit_log", "UPDATE audit_log SET body = body || ' ' WHERE idx = 4")
    page = pressed(inspector)
    assert "第 4 号：记录写入以后被改动过" in page
    assert "/inspector/entries/4" in page


def kept(office: Office) -> dict[str, object]:
    with office.reading() as session:
        head = read.head(session)
    # As somebody copied it by hand: capital letters, blanks between.
    return {"size": head.size, "root": f" {head.root[:32].upper()} {head.root[32:]}\n"}


def test_a_kept_checkpoint_is_compared(inspector: Visitor, scored: Opened, office: Office) -> None:
    before = kept(office)
    inspector.get("/inspector/")
    assert "与保存的校验点相符" in pressed(inspector, **before)
    assert "与保存的校验点不符" in pressed(inspector, size=before["size"], root="0" * 64)


def test_a_clean_cut_of_the_tail_is_seen_only_by_who_kept_a_checkpoint(
    inspector: Visitor, scored: Opened, office: Office
) -> None:
    inspector.get("/inspector/")
    before = kept(office)
    cut(office)
    assert "没有发现改动" in pressed(inspector)
    # That verification took the number of what was cut off: the trail is as long as it was, and another.
    assert "与保存的校验点不符" in pressed(inspector, **before)
    for _ in range(3):
        cut(office)
    assert "记录比保存的校验点少" in pressed(inspector, **before)


def cut(office: Office) -> None:
    """Cut the newest entry off so that nothing of it is left."""
    with office.reading() as session:
        newest = read.size(session) - 1
    spoil(office, "audit_log", f"DELETE FROM audit_log WHERE idx = {newest}")
    spoil(office, "audit_node", f"DELETE FROM audit_node WHERE ((position + 1) << level) > {newest}")


@pytest.mark.parametrize(
    ("size", "root"),
    [("", "0" * 64), ("12", ""), ("-1", "0" * 64), ("12", "xyz"), ("9" * 16, "0" * 64), ("12", "0" * 63)],
)
def test_half_a_checkpoint_is_asked_for_again(
    inspector: Visitor, world: World, office: Office, size: str, root: str
) -> None:
    answer = inspector.post(VERIFY, {"size": size, "root": root})
    assert answer.status_code == 422
    assert "请填写当时的" in answer.text
    with office.reading() as session:
        assert read.of_act(session, "watch.verify") == []
