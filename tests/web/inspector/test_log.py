"""The live trail over HTTP: the page, what it asks for again and again, its filters, and one entry."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import text
from sqlmodel import Session

from panel.audit import read
from panel.audit.events import LogWatched
from panel.db.engine import writing
from panel.errors import RuleBroken
from panel.queries import trail
from panel.services import sheets, sign_ins
from panel.services.office import Office
from tests.conftest import StandingClock
from tests.opened import CODE, Opened
from tests.tampering import unfence
from tests.web.inspector.conftest import Visitor
from tests.world import World

HOME, FEED = "/inspector/", "/inspector/feed"


def acts(office: Office) -> list[str]:
    with office.reading() as session:
        return [record.act for record in reversed(read.page(session, limit=500))]


def data(page: str, name: str) -> str:
    found = re.search(rf'data-{name}="([^"]*)"', page)
    assert found is not None, name
    return html.unescape(found[1])


def rows(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-index="(\d+)"', page)]


def newest(office: Office) -> int:
    with office.reading() as session:
        return trail.size(session) - 1


def happen(office: Office, world: World, times: int = 1) -> None:
    """Something happens that the inspector has not caused."""
    for _ in range(times):
        with pytest.raises(RuleBroken):
            sign_ins.sign_in(office, "secretary", "wrong password")


def test_the_page_shows_the_newest_first_and_its_own_opening(
    inspector: Visitor, scored: Opened, office: Office
) -> None:
    page = inspector.get(HOME).text
    last = newest(office)
    assert rows(page) == list(range(last, max(-1, last - trail.PAGE), -1))
    assert acts(office)[-1] == "watch.log"
    for shown in (
        "提交并封存评分表：申报 P01",
        "E5（虚构）",
        "评审专家",
        "P01 第01单位（虚构）",
        "2026年9月1日",
    ):
        assert shown in page
    assert "data-feed" in page
    assert "js/feed.js" in page


def test_opening_the_page_is_recorded_once_and_asking_on_never(inspector: Visitor, office: Office) -> None:
    page = inspector.get(HOME).text
    before = acts(office)
    assert before.count("watch.log") == 1
    for _ in range(3):
        inspector.get(f"{FEED}?after={data(page, 'after')}")
        inspector.get(f"{FEED}?after=0")
    assert acts(office) == before


def test_nothing_new_costs_no_body(inspector: Visitor, office: Office) -> None:
    page = inspector.get(HOME).text
    tag = f'"{data(page, "tag")}"'
    answer = inspector.get(f"{FEED}?after={data(page, 'after')}", **{"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == tag
    assert answer.headers["Panel-After"] == data(page, "after")
    assert answer.headers["Panel-Time"] == "09:00:00"


def test_what_is_new_arrives_alone_and_in_order(
    inspector: Visitor, world: World, office: Office, clock: StandingClock
) -> None:
    page = inspector.get(HOME).text
    seen = newest(office)
    clock.forward(seconds=5)
    happen(office, world, 3)
    answer = inspector.get(
        f"{FEED}?after={data(page, 'after')}", **{"If-None-Match": f'"{data(page, "tag")}"'}
    )
    assert answer.status_code == 200
    assert rows(answer.text) == [seen + 3, seen + 2, seen + 1]
    assert answer.text.count("<section") == 1
    assert answer.headers["Panel-After"] == str(seen + 3)
    assert answer.headers["Panel-Time"] == "09:00:05"
    # And that answer is in turn what the next question asks from.
    again = inspector.get(f"{FEED}?after={seen + 3}", **{"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_much_at_once_comes_in_several_answers_without_a_gap(
    inspector: Visitor, world: World, office: Office
) -> None:
    page = inspector.get(HOME).text
    after = int(data(page, "after"))
    seen: list[int] = []
    for _ in range(trail.PAGE + 5):
        with office.change(world.inspector, LogWatched) as change:
            change.record(LogWatched())
    for _ in range(3):
        answer = inspector.get(f"{FEED}?after={after}")
        seen += reversed(rows(answer.text))
        after = int(answer.headers["Panel-After"])
    assert seen == list(range(int(data(page, "after")) + 1, newest(office) + 1))


def test_a_filtered_page_asks_on_with_its_filters(inspector: Visitor, world: World, office: Office) -> None:
    page = inspector.get(f"{HOME}?refused=1").text
    assert rows(page) == []
    assert "没有符合条件的记录" in page
    url = data(page, "url")
    assert url == f"{FEED}?refused=1"
    tag = f'"{data(page, "tag")}"'
    with office.change(world.inspector, LogWatched) as change:
        change.record(LogWatched())
    quiet = inspector.get(f"{url}&after={data(page, 'after')}", **{"If-None-Match": tag})
    assert (quiet.status_code, rows(quiet.text)) == (200, [])
    happen(office, world)
    answer = inspector.get(
        f"{url}&after={quiet.headers['Panel-After']}", **{"If-None-Match": quiet.headers["ETag"]}
    )
    assert rows(answer.text) == [newest(office)]
    # The tag of one filter says nothing about another.
    other = inspector.get(f"{FEED}?after={newest(office)}", **{"If-None-Match": answer.headers["ETag"]})
    assert other.status_code == 200


def test_filters_stand_in_the_form_and_in_the_way_back(
    inspector: Visitor, scored: Opened, world: World
) -> None:
    expert = world.accounts["E1"].id
    query = f"who={expert}&round=1:scoring&kind=sheet&thing=S01&since=2026-09-01T08:00&until=2026-09-01T09:00"
    page = inspector.get(f"{HOME}?{query}").text
    assert len(rows(page)) == 1
    for shown in (
        f'<option value="{expert}" selected>',
        '<option value="1:scoring" selected>',
        '<option value="sheet" selected>',
        'value="S01"',
        'value="2026-09-01T08:00"',
        'value="2026-09-01T09:00"',
        "清除",
    ):
        assert shown in page


@pytest.mark.parametrize(
    "query",
    [
        "kind=moon&round=x:moon&since=yesterday&until=31",
        "round=%27%20OR%201=1",
        "thing=%25",
        "before=x",
        "who=" + "x" * 500,
        "since=0001-01-01T00:00&until=9999-12-31T23:59",
    ],
)
def test_filters_that_mean_nothing_break_nothing(inspector: Visitor, query: str) -> None:
    assert inspector.get(f"{HOME}?{query}").status_code == 200
    assert inspector.get(f"{FEED}?{query}&after=x").status_code == 200


def test_older_pages_stand_still(inspector: Visitor, world: World, office: Office) -> None:
    for _ in range(60):
        with office.change(world.inspector, LogWatched) as change:
            change.record(LogWatched())
    first = inspector.get(HOME).text
    link = re.search(r'data-older href="([^"]+)"', first)
    assert link is not None
    page = inspector.get(html.unescape(link[1])).text
    assert rows(page)[0] == rows(first)[-1] - 1
    assert rows(page)[-1] == 0
    assert "data-feed" not in page
    assert "feed.js" not in page
    assert re.search(r"data-older[^>]* hidden", page)


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(
    inspector: Visitor, office: Office, clock: StandingClock
) -> None:
    inspector.come()
    asking = {"HX-Request": "true", "HX-Current-URL": "http://localhost/inspector/"}
    for _ in range(office.policy.idle_lock_minutes):
        clock.forward(minutes=1)
        assert inspector.get(f"{FEED}?after=0", **asking).status_code == 200
    clock.forward(minutes=1)
    last = inspector.get(f"{FEED}?after=0", **asking)
    assert last.status_code == 401
    assert last.headers["Panel-Session"] == "locked"


def test_somebody_at_the_page_stays_signed_in(
    inspector: Visitor, office: Office, clock: StandingClock
) -> None:
    for _ in range(office.policy.idle_lock_minutes + 1):
        clock.forward(minutes=1)
        assert inspector.get(f"{FEED}?after=0&active=1").status_code == 200


# One entry


def test_an_entry_shows_words_bytes_and_proof(inspector: Visitor, scored: Opened, office: Office) -> None:
    with office.reading() as session:
        record = read.of_act(session, "application.decide")[0]
    page = html.unescape(inspector.get(f"/inspector/entries/{record.index}").text)
    size = newest(office) + 1
    for shown in (
        f"留痕 {record.index}：作出资格审查结论",
        "资格审查结论：申报 S01，受理",
        "已核对。",
        "secretary（虚构）",
        record.body,
        "证明成立",
        f"现共 {size} 条",
        "<svg",
    ):
        assert shown in page
    assert record.leaf in "".join(re.findall(r"<span>([0-9a-f]{8})</span>", page))
    assert " style=" not in page


def test_opening_an_entry_is_recorded_under_its_number(inspector: Visitor, office: Office) -> None:
    inspector.get("/inspector/entries/0")
    with office.reading() as session:
        newest_ = read.page(session, limit=1)[0]
    assert (newest_.act, newest_.subject) == ("watch.entry", "0")


@pytest.mark.parametrize("index", ["99999", "-1", "x"])
def test_there_is_no_such_entry(inspector: Visitor, office: Office, index: str) -> None:
    inspector.come()
    before = acts(office)
    assert inspector.get(f"/inspector/entries/{index}").status_code == 404
    assert acts(office) == before


def test_a_damaged_entry_is_called_damaged(inspector: Visitor, scored: Opened, office: Office) -> None:
    with Session(writing(office.engine)) as session:
        unfence(session.connection(), "audit_log")
        session.execute(text("UPDATE audit_log SET body = 'gone' WHERE idx = 2"))
        session.commit()
    page = inspector.get("/inspector/entries/2").text
    assert "这条记录被改动过" in page
    assert "证明不成立" in page
    assert "已损坏" in inspector.get(f"{HOME}?before=20").text


def test_markup_in_words_is_only_shown(inspector: Visitor, scored: Opened, office: Office) -> None:
    script = "<script>alert(1)</script>"
    sheets.return_sheet(
        office,
        scored.secretary,
        round_code=CODE,
        expert_number="E1",
        application_number="S01",
        reason=script,
    )
    page = inspector.get(f"/inspector/entries/{newest(office)}").text
    assert script not in page
    assert html.escape(script) in page
