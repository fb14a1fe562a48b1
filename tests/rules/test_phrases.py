"""Sentences an expert has written before are offered again, the most used first."""

from __future__ import annotations

from panel.rules.phrases import phrases


def test_the_most_used_sentence_comes_first_and_of_equals_the_later() -> None:
    comments = ["材料齐全。数据可核。", "创新不足！材料齐全。", "团队稳定；\n材料齐全。"]
    assert phrases(comments) == ("材料齐全。", "团队稳定；", "创新不足！", "数据可核。")


def test_a_sentence_said_twice_in_one_comment_counts_once() -> None:
    assert phrases(["数据可核。数据可核。", "材料齐全。", "材料齐全。"])[0] == "材料齐全。"


def test_what_is_too_short_or_too_long_is_not_offered() -> None:
    assert phrases(["好。", "长" * 61, "三个字", "四个字的"]) == ("四个字的",)


def test_a_decimal_point_ends_no_sentence_and_a_full_stop_does() -> None:
    assert phrases(["Grew by 27.5 points. Well shown."]) == ("Grew by 27.5 points.", "Well shown.")


def test_no_more_than_asked_for() -> None:
    assert len(phrases([f"第{n}句话。" for n in range(9)])) == 4
