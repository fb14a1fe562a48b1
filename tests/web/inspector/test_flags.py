"""The page of flags: rules, numbers, links; values wait for the opening."""

from __future__ import annotations

from panel.audit import read
from panel.services.office import Office
from tests.opened import Opened
from tests.web.inspector.conftest import ROUND, Visitor


def test_before_opening_the_page_says_what_waits_and_shows_no_score(
    inspector: Visitor, scored: Opened
) -> None:
    page = inspector.get(f"{ROUND}/flags").text
    assert "启封之后才查" in page
    assert "例外处理" in page
    assert page.count("不经抽取、由人工选定进入专家组") == 5
    assert "各项得分率相同（达到" not in page
    assert "/inspector/entries/" in page


def test_after_opening_every_rule_is_asked(inspector: Visitor, scored: Opened) -> None:
    scored.unsealed()
    page = inspector.get(f"{ROUND}/flags").text
    assert "启封之后才查" not in page
    assert "评语（不同的只有 1 条）都与别处逐字相同，请核实。" in page
    assert "评审细则没有列出客观项" in page


def test_the_round_counts_them_and_leads_there(inspector: Visitor, scored: Opened) -> None:
    page = inspector.get(ROUND).text
    assert f'href="{ROUND}/flags"' in page
    assert "处需要核实" in page


def test_looking_at_flags_is_itself_on_record(inspector: Visitor, scored: Opened, office: Office) -> None:
    inspector.get(f"{ROUND}/flags")
    with office.reading() as session:
        record = read.page(session, limit=1)[0]
    assert (record.act, record.subject, record.role) == ("watch.flags", "2026", "inspector")
