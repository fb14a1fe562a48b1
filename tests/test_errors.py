"""Errors are sentences for the person who acted."""

from __future__ import annotations

from panel.errors import InvalidInput, PanelError, PolicyError, Problem, RuleBroken, StaleVersion


def test_a_broken_rule_has_a_code_a_sentence_and_its_article() -> None:
    error = RuleBroken("over_cap", "名额已满。", "第六条")
    assert (error.code, error.message, error.article, str(error)) == (
        "over_cap",
        "名额已满。",
        "第六条",
        "名额已满。",
    )
    assert RuleBroken("x", "y").article == ""


def test_a_stale_version_says_which_one_is_current() -> None:
    assert StaleVersion("有更新的内容。", 7).current == 7


def test_a_wrong_input_lists_all_its_problems() -> None:
    error = InvalidInput(Problem("登录名", "张三", "请用字母。"), Problem("姓名", "", "请填写。"))
    assert str(error) == "登录名: '张三' 请用字母。\n姓名: 请填写。"
    assert [problem.where for problem in error.problems] == ["登录名", "姓名"]


def test_all_are_of_one_kind() -> None:
    assert issubclass(PolicyError, InvalidInput)
    assert issubclass(InvalidInput, PanelError)
