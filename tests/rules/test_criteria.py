"""What may be scored, in which band it falls, when a reason is due, and what a policy answers."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.rules.applications import Track
from panel.rules.criteria import (
    Band,
    BandName,
    CommentRule,
    Criterion,
    Pledge,
    Policy,
    Scale,
    Unit,
    Words,
    validity,
)
from panel.rules.policies import read_policy

SHIPPED = (Path(__file__).parents[2] / "config" / "criteria.toml").read_text(encoding="utf-8")
BANDS = tuple(
    Band(name, Words(zh, en), percent)
    for name, zh, en, percent in (
        (BandName.EXCELLENT, "优", "Excellent", 90),
        (BandName.GOOD, "良", "Good", 80),
        (BandName.FAIR, "中", "Fair", 60),
        (BandName.POOR, "差", "Poor", 0),
    )
)


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The policy that is shipped."""
    return read_policy(SHIPPED)


def unit(points: int, step: int = 50, low: int = 60, high: int = 95) -> Unit:
    """A thing to be scored, of so many hundredths."""
    return Unit("S1", Words("指标", "Criterion"), points, Scale(step, BANDS, CommentRule(low, high, 15)))


def criterion(*items: Unit) -> Criterion:
    """A criterion of 30 points."""
    whole = unit(3000)
    anchors = MappingProxyType({name: Words("文字", "words") for name in BandName})
    return Criterion("S1", whole.name, 3000, whole.scale, "7(1)", anchors, items=items)


@pytest.mark.parametrize(
    ("maximum", "points", "band"),
    [
        (3000, 3000, BandName.EXCELLENT),
        (3000, 2700, BandName.EXCELLENT),  # 27 of 30 is 90 %
        (3000, 2650, BandName.GOOD),
        (3000, 2400, BandName.GOOD),  # 24 of 30 is 80 %
        (3000, 2350, BandName.FAIR),
        (3000, 1800, BandName.FAIR),  # 18 of 30 is 60 %
        (3000, 1750, BandName.POOR),
        (3000, 0, BandName.POOR),
        (1500, 1350, BandName.EXCELLENT),  # 13.5 of 15 is 90 %
        (1500, 1300, BandName.GOOD),
        (1000, 899, BandName.GOOD),  # a hundredth below the edge
        (700, 630, BandName.EXCELLENT),  # 0.9 * 7 is 6.3 exactly, whatever a float says
    ],
)
def test_a_lower_edge_belongs_to_its_band(maximum: int, points: int, band: BandName) -> None:
    assert unit(maximum).band_of(points).name is band


@pytest.mark.parametrize(
    ("maximum", "points", "required"),
    [
        (3000, 0, True),
        (3000, 1750, True),
        (3000, 1800, False),  # exactly 60 %
        (3000, 2800, False),
        (3000, 2850, True),  # exactly 95 %
        (3000, 3000, True),
        (1500, 1400, False),  # 95 % of 15 is 14.25
        (1500, 1450, True),
        (1000, 599, True),
        (1000, 949, False),
    ],
)
def test_a_reason_is_due_below_60_percent_and_from_95(maximum: int, points: int, required: bool) -> None:
    assert unit(maximum).comment_required(points) is required


@pytest.mark.parametrize(
    ("points", "legal"),
    [(0, True), (50, True), (1000, True), (975, False), (1, False), (1050, False), (-50, False)],
)
def test_points_go_from_nothing_to_the_maximum_in_steps(points: int, legal: bool) -> None:
    assert unit(1000).legal(points) is legal


@given(st.integers(1, 50), st.integers(1, 200), st.integers(-10, 20_000))
def test_exactly_the_steps_up_to_the_maximum_are_legal(step: int, count: int, points: int) -> None:
    assert unit(step * count, step).legal(points) is (points in range(0, step * count + 1, step))


@given(st.integers(1, 10_000), st.data())
def test_bands_and_reasons_follow_the_exact_share(maximum: int, data: st.DataObject) -> None:
    points = data.draw(st.integers(0, maximum))
    low, high = data.draw(st.tuples(st.integers(0, 100), st.integers(0, 100)))
    share = Fraction(100 * points, maximum)
    thing = unit(maximum, low=low, high=high)
    assert thing.band_of(points).percent == max(edge for edge in (90, 80, 60, 0) if share >= edge)
    assert thing.comment_required(points) is (share < low or share >= high)


def test_a_criterion_is_scored_whole_unless_it_lists_items() -> None:
    whole = criterion()
    assert whole.units() == (whole,)
    assert whole.maximum == 3000
    items = (unit(1000), unit(2000))
    assert criterion(*items).units() == items


def test_words_are_chinese_unless_english_is_asked_for() -> None:
    words = Words("优", "Excellent")
    assert [words.in_(locale) for locale in ("zh", "zh_Hans_CN", "fr", "")] == ["优"] * 4
    assert [words.in_(locale) for locale in ("en", "en_GB", "EN-us")] == ["Excellent"] * 3


def test_a_track_finds_its_criteria_and_what_takes_a_score(policy: Policy) -> None:
    studio = policy.track(Track.STUDIO)
    assert studio.criterion("S3").name.zh == "工作室团队"
    assert studio.unit("S3") is studio.criterion("S3")
    assert [unit.id for unit in studio.units()] == ["S1", "S2", "S3", "S4", "S5", "S6"]
    assert (studio.step, studio.comments.min_characters) == (50, 15)
    with pytest.raises(KeyError):
        studio.criterion("P3")
    with pytest.raises(KeyError):
        studio.unit("S3.1")


@pytest.mark.parametrize(
    ("day", "valid"),
    [
        (date(2025, 3, 4), False),
        (date(2025, 3, 5), True),
        (date(2026, 9, 10), True),
        (date(2029, 12, 31), True),
        (date(2030, 1, 1), False),
    ],
)
def test_the_regulation_holds_from_its_first_day_to_its_last(policy: Policy, day: date, valid: bool) -> None:
    assert validity(policy, day) is valid


@given(st.integers(-3000, 3000))
def test_validity_is_one_stretch_of_days(policy: Policy, shift: int) -> None:
    day = policy.valid_from + timedelta(days=shift)
    assert validity(policy, day) is (0 <= shift <= 1762)  # 2025-03-05 and 2029-12-31 are 1762 days apart


def test_the_digest_names_the_text_to_the_letter(policy: Policy) -> None:
    assert policy.digest == hashlib.sha256(b"pingshen/policy/v1\0" + SHIPPED.encode()).hexdigest()
    assert read_policy(SHIPPED + "\n").digest != policy.digest
    assert SHIPPED not in repr(policy)


def test_the_pledge_is_versioned_by_its_texts() -> None:
    pledge = Pledge("保密", "回避")
    expected = hashlib.sha256(b"pingshen/pledge/v1\0" + "保密".encode() + b"\0" + "回避".encode()).hexdigest()
    assert pledge.digest == expected
    assert Pledge("保密回", "避").digest != expected
