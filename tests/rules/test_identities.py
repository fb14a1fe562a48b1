"""Identity words: found however they are written, and nothing found in ordinary words."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.rules.applications import Application, EmploymentKind, Member
from panel.rules.identities import Hit, IdentityKind, hits, short_names, texts_of
from tests.rules.cast import APPLICATIONS, GROUP, P01, P02, P04, P07, P10, P12, X03, team

MASTERED = replace(
    P01,
    team=(*team("林"), *(Member(name, EmploymentKind.FORMAL) for name in ("欧阳建国（虚构）", "Ann Lee"))),
    parent_unit=GROUP,
)


def read(text: str, application: Application = MASTERED) -> list[tuple[str, IdentityKind]]:
    return [(hit.word, hit.kind) for hit in hits(application, {"summary": text})]


def words(text: str, application: Application = MASTERED) -> list[str]:
    return [word for word, _ in read(text, application)]


@pytest.mark.parametrize(
    ("text", "word", "kind"),
    [
        ("由北京兴瀚机器人有限公司（虚构）实施", "北京兴瀚机器人有限公司", IdentityKind.UNIT),
        ("由北京兴瀚机器人有限公司实施", "北京兴瀚机器人有限公司", IdentityKind.UNIT),
        ("由兴瀚机器人实施", "兴瀚机器人", IdentityKind.UNIT_SHORT),
        ("由我兴瀚公司实施", "兴瀚", IdentityKind.UNIT_SHORT),
        ("隶属华曜控股集团", "华曜控股集团", IdentityKind.PARENT),
        ("隶属华曜", "华曜", IdentityKind.PARENT),
        ("大师林致远负责", "林致远", IdentityKind.MASTER),
        ("大师林 致 远负责", "林 致 远", IdentityKind.MASTER),
        ("大师林\n致远负责", "林\n致远", IdentityKind.MASTER),
        ("大师林·致远负责", "林·致远", IdentityKind.MASTER),
        ("大师林\u200b致远负责", "林\u200b致远", IdentityKind.MASTER),
        ("成员林甲参加", "林甲", IdentityKind.MEMBER),
        ("成员欧阳建国参加", "欧阳建国", IdentityKind.MEMBER),
        ("with Ann  LEE.", "Ann  LEE", IdentityKind.MEMBER),
        ("林师傅说", "林师傅", IdentityKind.CALLED),
        ("林 大师说", "林 大师", IdentityKind.CALLED),
        ("由林工负责", "林工", IdentityKind.CALLED),
        ("请林总定夺", "林总", IdentityKind.CALLED),
        ("致远老师授课", "致远老师", IdentityKind.CALLED),
        ("欧阳工审核", "欧阳工", IdentityKind.CALLED),
        ("地点:北京市大兴区黄村镇兴华大街18号", "北京市大兴区黄村镇兴华大街18号", IdentityKind.ADDRESS),
        ("地点:兴华大街１８号院内", "兴华大街１８号", IdentityKind.ADDRESS),
        ("依托林致远工作室开展", "林致远工作室", IdentityKind.STUDIO),
        (
            "大兴区林致远工业机器人系统运维员技能大师工作室",
            "大兴区林致远工业机器人系统运维员技能大师工作室",
            IdentityKind.STUDIO,
        ),
        ("见S01号材料", "S01", IdentityKind.NUMBER),
        ("见ｐ０１号材料", "ｐ０１", IdentityKind.NUMBER),
        ("代码91110115MA01A0001A。", "91110115MA01A0001A", IdentityKind.CREDIT_CODE),
        ("代码9111 0115 MA01 A000 1A。", "9111 0115 MA01 A000 1A", IdentityKind.CREDIT_CODE),
    ],
)
def test_what_the_application_states_of_itself_is_found(text: str, word: str, kind: IdentityKind) -> None:
    assert read(text) == [(word, kind)]


@pytest.mark.parametrize(
    ("text", "word", "kind"),
    [
        ("致电13800138000。", "13800138000", IdentityKind.PHONE),
        ("致电138 0013 8000。", "138 0013 8000", IdentityKind.PHONE),
        ("致电+86-138-0013-8000。", "+86-138-0013-8000", IdentityKind.PHONE),
        ("致电１３８００１３８０００。", "１３８００１３８０００", IdentityKind.PHONE),
        ("致电010-69240001。", "010-69240001", IdentityKind.PHONE),
        ("致电(010)69240001。", "(010)69240001", IdentityKind.PHONE),
        ("致电0316-2345678。", "0316-2345678", IdentityKind.PHONE),
        ("致电400-810-1234。", "400-810-1234", IdentityKind.PHONE),
        ("联系电话：69240001。", "电话：69240001", IdentityKind.PHONE),
        ("证号110115197001011234。", "110115197001011234", IdentityKind.ID_NUMBER),
        ("证号110115 19700101 123X。", "110115 19700101 123X", IdentityKind.ID_NUMBER),
        ("证号11011519700101123x。", "11011519700101123x", IdentityKind.ID_NUMBER),
        ("代码92110115MA9X9Y9T9Q。", "92110115MA9X9Y9T9Q", IdentityKind.CREDIT_CODE),
        ("邮箱lin.zy@example.com.cn。", "lin.zy@example.com.cn", IdentityKind.EMAIL),
        ("网站https://example.com/a。", "https://example.com/a", IdentityKind.WEB),
        ("网站www.example.com。", "www.example.com", IdentityKind.WEB),
    ],
)
def test_whatever_is_shaped_like_a_number_or_an_address_is_found(
    text: str, word: str, kind: IdentityKind
) -> None:
    assert read(text) == [(word, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "本项目面向大兴区重点产业,推广先进操作法,培养技能人才。",
        "森林工程与园林工艺,任何工作都离不开工匠精神。",
        "现阶段工作总结:完成总量的80%,费用共50000元。",
        "工业机器人系统运维员的培训教材与题库。",
        "2026年10月1日至2027年9月30日,每月1次,共12次。",
        "预算38000.00元,其中设备13800元、材料12000元。",
        "参数0.12345678,精度±0.05mm,编号GB/T 19001-2016。",
        "P1、P2两项指标;P010、XP01与S011无关。",
        "黄村镇、新国门、三区一门户、中国制造。",
        "提高工效,升高总体水平,由林业总站配合。",
        "志存高远,宁静致远。",
    ],
)
def test_ordinary_words_give_nobody_away(text: str) -> None:
    assert read(text) == []
    assert all(hits(application, {"summary": text}) == () for application in APPLICATIONS)


def test_a_surname_that_ends_a_common_word_is_read_in_its_place() -> None:
    he = P02
    assert he.master_name == "何清和（虚构）"
    assert words("任何工种、如何总结、何工与何师傅", he) == ["何工", "何师傅"]
    assert words("提高工效,高工与高老师", P04) == ["高工", "高老师"]


def test_a_branch_is_found_and_its_town_is_not() -> None:
    assert read("黄村分公司位于黄村", P07) == [("黄村分公司", IdentityKind.BRANCH)]
    assert read("国门餐饮服务新国门", P07) == [("国门餐饮", IdentityKind.UNIT_SHORT)]


def test_the_register_adds_the_unit_and_the_master_of_an_existing_studio() -> None:
    renamed = replace(P12, unit="甲乙丙丁厂", master_name="他人甲", occupation="铣工")
    text = {"summary": "秦刻微在曜石数控,见X03"}
    assert [hit.word for hit in hits(renamed, text)] == ["X03"]
    assert [hit.word for hit in hits(renamed, text, studio=X03)] == ["秦刻微", "曜石数控", "X03"]


def test_hits_stand_in_order_with_their_field_and_place() -> None:
    found = hits(P01, {"title": "无", "statement:P1": "林师傅与林致远", "summary": "兴瀚"})
    assert found == (
        Hit("statement:P1", 0, 3, "林师傅", IdentityKind.CALLED),
        Hit("statement:P1", 4, 7, "林致远", IdentityKind.MASTER),
        Hit("summary", 0, 2, "兴瀚", IdentityKind.UNIT_SHORT),
    )


def test_of_hits_within_each_other_only_the_longest_is_shown() -> None:
    assert words("北京兴瀚机器人有限公司,兴瀚") == ["北京兴瀚机器人有限公司", "兴瀚"]


def test_what_stands_twice_is_found_twice() -> None:
    assert words("林致远、林致远") == ["林致远", "林致远"]


def test_a_latin_name_is_no_part_of_a_longer_word() -> None:
    assert words("annleen, joann lee, Ann Lee") == ["Ann Lee"]


def test_a_number_without_a_letter_is_no_identity() -> None:
    assert words("第12项,第7项", replace(P10, number="12", linked_studio="7")) == []


def test_names_of_one_character_and_empty_ones_are_not_looked_for() -> None:
    bare = replace(P10, unit="甲", master_name="乙", address="", unit_code="", occupation="")
    assert words("甲乙丙丁与乙工", bare) == []


def test_addresses_without_town_or_without_number() -> None:
    assert words("在科创六街88院", replace(P10, address="科创六街88院")) == ["科创六街88院"]
    assert words("在礼贤镇某村", replace(P10, address="礼贤镇某村")) == ["礼贤镇某村"]
    assert words("3号门", replace(P10, address="礼贤镇3号")) == []
    industrial = replace(P10, address="大兴区亦庄工业区科创路5号A区3层")
    assert words("在科创路5号", industrial) == ["科创路5号"]


@pytest.mark.parametrize(
    ("unit", "names"),
    [
        ("北京兴瀚机器人有限公司（虚构）", {"兴瀚机器人", "兴瀚"}),
        ("北京市大兴区兴瀚智能科技股份有限公司", {"兴瀚智能科技", "兴瀚"}),
        ("兴瀚(北京)科技有限公司", {"兴瀚(北京)科技", "兴瀚"}),
        ("北京京南焊装有限公司（虚构）", {"京南焊装"}),
        ("北京科技有限公司", set()),
        ("青灯工坊", {"青灯工坊", "青灯"}),
        ("", set()),
    ],
)
def test_short_names_keep_the_core_and_never_an_ordinary_word(unit: str, names: set[str]) -> None:
    assert short_names(unit) == names


def test_the_texts_of_an_application_are_named_by_field() -> None:
    full = replace(P01, summary="概述", statements={"P1": "必要", "P2": ""})
    assert texts_of(full) == {
        "title": "工业机器人系统运维员技艺提升",
        "summary": "概述",
        "statement:P1": "必要",
        "budget:1:item": "实训设备",
        "budget:2:item": "学员教材",
    }


def test_the_demonstrations_projects_give_nobody_away() -> None:
    projects = [application for application in APPLICATIONS if application.linked_studio]
    assert all(hits(application, texts_of(application)) == () for application in projects)


FILLER = st.text(
    alphabet="的了在和有为这上个国我以要他时来用们生到作地于出就分对成会可，。；0123 ", max_size=40
)
PLANTED = st.sampled_from(
    ["林致远", "林 致 远", "兴瀚机器人", "林师傅", "兴华大街18号", "林致远工作室", "欧阳建国", "华曜控股集团"]
)


@given(FILLER, PLANTED, FILLER)
def test_whatever_is_planted_anywhere_is_found(before: str, word: str, after: str) -> None:
    text = before + word + after
    found = hits(MASTERED, {"summary": text})
    assert any(hit.start <= len(before) and hit.end >= len(before) + len(word) for hit in found)
    assert all(text[hit.start : hit.end] == hit.word for hit in found)


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    for hit in hits(MASTERED, {"summary": text}):
        assert 0 <= hit.start < hit.end <= len(text)


@pytest.mark.parametrize("piece", ["林工", "a", "1", "林", " ", "a@a.", "北京市", "0-"])
def test_a_text_made_to_be_slow_is_read_at_once(piece: str) -> None:
    started = time.process_time()
    hits(MASTERED, {"summary": piece * (30_000 // len(piece))})
    assert time.process_time() - started < 5
