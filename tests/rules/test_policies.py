"""The shipped policy says what was decided; a wrong one is refused with place and words."""

from __future__ import annotations

import tomllib
from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path

import pytest

from panel.errors import PolicyError
from panel.rules.applications import Track
from panel.rules.criteria import METHODS, BandName, Confirmation, Identity, Policy, Words
from panel.rules.policies import read_policy
from panel.scoring.official import methods

ROOT = Path(__file__).parents[2]
SHIPPED = (ROOT / "config" / "criteria.toml").read_text(encoding="utf-8")

S6 = 'id = "S6"\nname = { zh = "效益与示范带动", en = "Benefit and demonstration" }\npoints = 10\n'
S6_ANCHORS = '[studio.criteria.anchors]\nexcellent = { zh = "经济效益和社会效益有'
ITEMS = """items = [
    { id = "S6a", name = { zh = "效益", en = "Benefit" }, points = 4 },
    { id = "S6b", name = { zh = "示范", en = "Example" }, points = 6 },
]
"""


def edited(*edits: tuple[str, str]) -> str:
    """The shipped file with the first place of each old text replaced."""
    text = SHIPPED
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def refusal(*edits: tuple[str, str]) -> list[tuple[str, str, str]]:
    """Key, value and remedy of each problem of the shipped file so edited."""
    with pytest.raises(PolicyError) as caught:
        read_policy(edited(*edits), "c.toml")
    return [(p.where.removeprefix("c.toml: "), p.value, p.remedy) for p in caught.value.problems]


@pytest.fixture(scope="module")
def policy() -> Policy:
    """The policy that is shipped."""
    return read_policy(SHIPPED)


def test_the_shipped_policy_keeps_the_limits_of_the_regulation(policy: Policy) -> None:
    assert policy.regulation.number == "京兴人社发〔2025〕21号"
    assert (policy.valid_from, policy.valid_until) == (date(2025, 3, 5), date(2029, 12, 31))  # Art. 21
    assert [policy.track(track).cap for track in Track] == [3, 10]  # Art. 4
    assert policy.months_normal == 12  # Art. 4
    assert policy.subsidy_limit_fen == 50_000 * 100  # Art. 14
    assert policy.min_formal_members == 3  # Art. 7(2)5


def test_the_shipped_policy_says_what_the_office_decided(policy: Policy) -> None:
    assert (policy.name, policy.method, policy.places, policy.trimmed_min_sheets) == (
        "DX-2025",
        "adjusted",
        2,
        7,
    )
    assert (policy.panel_size, policy.quorum, policy.confirmation) == (9, 5, Confirmation.TWO_PERSON)
    assert (policy.lookback_years.employment, policy.lookback_years.relations) == (3, 5)
    assert policy.idle_lock_minutes == 15
    assert [(band.name, band.title.zh, band.percent) for band in policy.bands] == [
        (BandName.EXCELLENT, "优", 90),
        (BandName.GOOD, "良", 80),
        (BandName.FAIR, "中", 60),
        (BandName.POOR, "差", 0),
    ]


def test_the_shipped_tracks_have_the_proposed_weights(policy: Policy) -> None:
    studio, project = policy.track(Track.STUDIO), policy.track(Track.PROJECT)
    assert {c.id: c.points for c in studio.criteria} == {
        "S1": 3000,
        "S2": 1500,
        "S3": 1000,
        "S4": 2000,
        "S5": 1500,
        "S6": 1000,
    }
    assert {c.id: c.points for c in project.criteria} == {
        "P1": 2000,
        "P2": 2000,
        "P3": 2000,
        "P4": 2000,
        "P5": 1000,
        "P6": 1000,
    }
    assert (studio.identity, project.identity) == (Identity.NAMED, Identity.CODED)
    assert (studio.ladder, dict(studio.floors)) == (("S1", "S2", "S6", "panel_named_vote"), {})
    assert (project.ladder, dict(project.floors)) == (("P4", "P1", "P2", "panel_named_vote"), {"P3": 60})


@pytest.mark.parametrize("track", Track)
def test_both_tracks_share_scale_and_comment_rule(policy: Policy, track: Track) -> None:
    rules = policy.track(track)
    assert (rules.track, rules.maximum, rules.step, rules.pass_mark) == (track, 10_000, 50, 6000)
    comments = rules.comments
    assert (comments.required_below_percent, comments.required_from_percent, comments.min_characters) == (
        60,
        95,
        15,
    )


@pytest.mark.parametrize("track", Track)
def test_points_add_up_and_every_criterion_is_scored_whole(policy: Policy, track: Track) -> None:
    rules = policy.track(track)
    assert sum(criterion.points for criterion in rules.criteria) == rules.maximum
    assert rules.units() == rules.criteria
    for criterion in rules.criteria:
        assert sum(leaf.points for leaf in criterion.guidance) == criterion.points


def test_every_criterion_has_four_anchors_of_its_own_in_two_languages(policy: Policy) -> None:
    criteria = [criterion for track in Track for criterion in policy.track(track).criteria]
    assert all(tuple(criterion.anchors) == tuple(BandName) for criterion in criteria)
    anchors = [words for criterion in criteria for words in criterion.anchors.values()]
    assert len({words.zh for words in anchors}) == len({words.en for words in anchors}) == 48
    assert all(words.en.isascii() and not words.zh.isascii() for words in anchors)


def test_vetoes_cite_their_articles(policy: Policy) -> None:
    assert {veto.id: (veto.article, veto.auto) for veto in policy.vetoes} == {
        "V1": ("8", True),
        "V2": ("8", True),
        "V3": ("7(2)5", True),
        "V4": ("7", False),
        "V5": ("7(1)1", False),
        "V6": ("7(3)", False),
        "V7": ("12", False),
        "V8": ("9", True),
        "V9": ("9(1)5, 9(2)4", False),
        "V10": ("14", True),
    }


def test_the_pledge_covers_secrecy_and_recusal(policy: Policy) -> None:
    assert "保密" in policy.pledge.confidentiality
    assert "回避" in policy.pledge.recusal


def test_every_method_of_a_policy_can_be_computed() -> None:
    assert tuple(methods.METHODS) == METHODS


def test_nothing_of_a_policy_can_be_changed(policy: Policy) -> None:
    studio = policy.track(Track.STUDIO)
    with pytest.raises(FrozenInstanceError):
        policy.quorum = 1  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        studio.criteria[0].points = 1  # type: ignore[misc]
    for mapping in (policy.tracks, studio.floors, studio.criteria[0].anchors):
        with pytest.raises(TypeError):
            mapping["x"] = 1  # type: ignore[index]


def test_a_criterion_that_lists_items_is_scored_by_item() -> None:
    text = edited((S6, S6 + ITEMS))
    studio = read_policy(text).track(Track.STUDIO)
    assert [(unit.id, unit.maximum) for unit in studio.units()][-2:] == [("S6a", 400), ("S6b", 600)]
    item = studio.unit("S6b")
    assert item.name == Words("示范", "Example")
    assert item.band_of(540).name is BandName.EXCELLENT
    assert item.legal(550)
    assert not item.legal(650)


def test_points_may_be_quoted_or_plain_and_have_decimals() -> None:
    text = edited(
        (S6, S6.replace("10", '"９.5"')), ("maximum = 100", "maximum = 99.50"), ("points = 5", "points = 4.5")
    )
    with pytest.raises(PolicyError, match="guidance"):  # 4.5 went to S2.2, the first leaf of 5 points
        read_policy(text)
    text = edited((S6, S6.replace("10", '"９.5"')), ("maximum = 100", "maximum = 99.50"))
    start = text.index('id = "S6.1"')
    fixed = text[:start] + text[start:].replace("points = 5", "points = 4.5", 1)
    studio = read_policy(fixed).track(Track.STUDIO)
    assert (studio.maximum, studio.criterion("S6").points) == (9950, 950)


def test_the_officers_guide_explains_every_key() -> None:
    guide = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    data = tomllib.loads(SHIPPED)
    studio, look_back = data["studio"], data.pop("lookback_years")
    criterion = studio["criteria"][0]
    keys = {*data, *studio, *studio["comments"], *criterion, *criterion["guidance"][0], *data["vetoes"][0]}
    keys |= {f"lookback_years.{key}" for key in look_back}
    assert [key for key in sorted(keys) if f"`{key}`" not in guide and f"`[{key}]`" not in guide] == []


def test_the_text_is_kept_to_the_letter(policy: Policy) -> None:
    assert policy.text == SHIPPED


def test_a_file_that_is_no_toml_is_refused_with_the_line() -> None:
    with pytest.raises(PolicyError, match=r"^config/criteria.toml: is not valid TOML: .*line 1"):
        read_policy("schema = \n")
    with pytest.raises(PolicyError, match="is not valid TOML"):
        read_policy("schema = " + "9" * 5000)


NAMES = "adjusted, mean, trimmed, standard, robust, minmax, rank"


def test_an_empty_file_lacks_every_key() -> None:
    with pytest.raises(PolicyError) as caught:
        read_policy("", "c.toml")
    missing = {problem.where: problem.remedy for problem in caught.value.problems}
    assert missing["c.toml: quorum"] == "is missing; it must be a whole number from 1 to 99"
    assert missing["c.toml: method"] == f"is missing; it must be one of {NAMES}"
    assert missing["c.toml: valid_from"] == "is missing; it must be a date such as 2025-03-05"
    assert missing["c.toml: studio"] == "is missing; it must be a table"
    assert len(missing) == 21


WHOLE_99 = "must be a whole number from 1 to 99"
POINTS = "must be points above 0 with at most two decimals, such as 30 or 7.5"
MARK = "must be points with at most two decimals, such as 60, or 0 for no pass mark"
ID = "must be an id such as S1 or S1.2"
S_IDS = "is no criterion of this track; the criteria are S1, S2, S3, S4, S5, S6"
P_IDS = "is no criterion of this track; the criteria are P1, P2, P3, P4, P5, P6"
VOTE = 'must end with "panel_named_vote", so that every tie is decided'
TWICE = "is used before; every id may stand once only"
CRITERION_SUM = "is the sum of the points; it must be that of the criterion (10.00)"
COMMENT_KEYS = "required_below_percent, required_from_percent, min_characters"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        # values that no key may hold
        ("schema = 1", "schema = 2", ("schema", "2", "must be 1")),
        ('name = "DX-2025"', 'name = ""', ("name", "", "must be text in quotes, not empty")),
        (
            "valid_from = 2025-03-05",
            'valid_from = "spring"',
            ("valid_from", "spring", "must be a date such as 2025-03-05"),
        ),
        (
            '"adjusted"',
            '"median"',
            ("method", "median", f"must be one of {NAMES}"),
        ),
        ('"two_person"', '"nobody"', ("confirmation", "nobody", "must be one of two_person, one_person")),
        ("quorum = 5", "quorum = 0", ("quorum", "0", WHOLE_99)),
        ("quorum = 5", "quorum = 5.0", ("quorum", "5.0", WHOLE_99)),
        ("panel_size = 9", 'panel_size = "9"', ("panel_size", "9", WHOLE_99)),
        ("places = 2", "places = 5", ("places", "5", "must be a whole number from 0 to 4")),
        (
            "trimmed_min_sheets = 7",
            "trimmed_min_sheets = 2",
            ("trimmed_min_sheets", "2", "must be a whole number from 3 to 99"),
        ),
        (
            "employment = 3",
            "employment = -1",
            ("lookback_years.employment", "-1", "must be a whole number from 0 to 50"),
        ),
        (
            "percent = 90",
            "percent = 101",
            ("bands.excellent.percent", "101", "must be a whole number from 0 to 100"),
        ),
        ("cap = 3 ", "cap = 0 ", ("studio.cap", "0", "must be a whole number from 1 to 1000")),
        ('"coded"', '"hidden"', ("project.identity", "hidden", "must be one of named, coded")),
        ("step = 0.5", "step = 0.125", ("studio.step", "0.125", POINTS)),
        ("pass_mark = 60", "pass_mark = -1", ("studio.pass_mark", "-1", MARK)),
        ("P3 = 60", "P3 = 101", ("project.floors.P3", "101", "must be a whole number from 0 to 100")),
        (
            "min_characters = 15",
            "min_characters = 0",
            ("studio.comments.min_characters", "0", "must be a whole number from 1 to 500"),
        ),
        ("points = 30", "points = true", ("studio.criteria[0].points (S1)", "true", POINTS)),
        ('id = "S2.1"', 'id = "带徒"', ("studio.criteria[1].guidance[0].id (带徒)", "带徒", ID)),
        (
            'id = "P6"',
            'id = "panel_named_vote"',
            ("project.criteria[5].id (panel_named_vote)", "panel_named_vote", ID),
        ),
        ('"8"\nauto = true', '"8"\nauto = 1', ("vetoes[0].auto (V1)", "1", "must be true or false")),
        # keys that are missing or too many
        ("cap = 10", "", ("project.cap", "", "is missing; it must be a whole number from 1 to 1000")),
        (
            "poor      =",
            "bad =",
            ("bands.poor", "", "is missing; it must be a table with the keys title, percent"),
        ),
        (
            "poor = { zh",
            "worst = { zh",
            (
                "studio.criteria[0].anchors.poor (S1)",
                "",
                "is missing; it must be a table with the keys zh, en",
            ),
        ),
        (
            "min_characters = 15",
            "min_chars = 15",
            ("studio.comments.min_chars", "15", f"is not expected here; the keys are {COMMENT_KEYS}"),
        ),
        (
            "[studio.comments]",
            "[studio.remarks]",
            ("studio.comments", "", f"is missing; it must be a table with the keys {COMMENT_KEYS}"),
        ),
        # keys that contradict each other
        (
            "2029-12-31",
            "2025-03-04",
            ("valid_until", "2025-03-04", "must not be before valid_from (2025-03-05)"),
        ),
        ("panel_size = 9", "panel_size = 4", ("panel_size", "4", "must be at least the quorum (5)")),
        (
            "percent = 80",
            "percent = 90",
            ("bands.good.percent", "90", "must be below that of the better band (90)"),
        ),
        (
            "percent = 0",
            "percent = 10",
            ("bands.poor.percent", "10", "must be 0, else some scores have no band"),
        ),
        ('id = "V2"', 'id = "V1"', ("vetoes[1].id (V1)", "V1", TWICE)),
        (
            "pass_mark = 60",
            "pass_mark = 100.01",
            ("studio.pass_mark", "100.01", "must not be above the maximum (100.00)"),
        ),
        (
            "required_from_percent = 95",
            "required_from_percent = 60",
            ("studio.comments.required_from_percent", "60", "must be above required_below_percent (60)"),
        ),
        (
            "step = 0.5",
            "step = 4",
            ("studio.criteria[0].points (S1)", "30.00", "must be a multiple of the step (4.00)"),
        ),
        (
            "maximum = 100",
            "maximum = 99",
            ("studio.criteria", "100.00", "is the sum of the points; it must be the maximum (99.00)"),
        ),
        ('"S6", "panel_named_vote"', '"S7", "panel_named_vote"', ("studio.ladder[2]", "S7", S_IDS)),
        (
            '"S6", "panel_named_vote"',
            '"S1", "panel_named_vote"',
            ("studio.ladder[2]", "S1", "stands in the ladder twice"),
        ),
        ('"S6", "panel_named_vote"', '"S6"', ("studio.ladder", '["S1", "S2", "S6"]', VOTE)),
        ('["P4", "P1", "P2", "panel_named_vote"]', "[]", ("project.ladder", "[]", VOTE)),
        ("P3 = 60", "S3 = 60", ("project.floors.S3", "S3", P_IDS)),
        ("P3 = 60", '"" = 60', ("project.floors.", "", P_IDS)),
        ('id = "S2.1"', 'id = "S1.1"', ("studio.criteria[1].guidance[0].id (S1.1)", "S1.1", TWICE)),
        ('id = "P1.1"', 'id = "S1"', ("project.criteria[0].guidance[0].id (S1)", "S1", TWICE)),
        (
            S6,
            S6 + ITEMS.replace("points = 6", "points = 5"),
            ("studio.criteria[5].items (S6)", "9.00", CRITERION_SUM),
        ),
        (S6, S6 + ITEMS.replace("S6b", "S2"), ("studio.criteria[5].items[1].id (S2)", "S2", TWICE)),
    ],
)
def test_a_mistake_is_told_with_its_key_its_value_and_what_is_allowed(
    old: str, new: str, problem: tuple[str, str, str]
) -> None:
    assert problem in refusal((old, new))


def test_a_criterion_whose_points_change_breaks_two_sums() -> None:
    assert refusal((S6, S6.replace("10", "9"))) == [
        (
            "studio.criteria[5].guidance (S6)",
            "10.00",
            "is the sum of the points; it must be that of the criterion (9.00)",
        ),
        ("studio.criteria", "99.00", "is the sum of the points; it must be the maximum (100.00)"),
    ]


def test_items_keep_to_the_step() -> None:
    items = ITEMS.replace("points = 4", "points = 3.75").replace("points = 6", "points = 6.25")
    remedy = "must be a multiple of the step (0.50)"
    assert refusal((S6, S6 + items)) == [
        ("studio.criteria[5].items[0].points (S6a)", "3.75", remedy),
        ("studio.criteria[5].items[1].points (S6b)", "6.25", remedy),
    ]


def test_trimming_needs_a_panel_that_can_be_trimmed() -> None:
    assert refusal(('"adjusted"', '"trimmed"'), ("trimmed_min_sheets = 7", "trimmed_min_sheets = 10")) == [
        ("trimmed_min_sheets", "10", "must not be above panel_size (9), else nothing is ever trimmed")
    ]
    assert read_policy(edited(('"adjusted"', '"trimmed"'))).method == "trimmed"


INDEXES = [name for name, method in methods.METHODS.items() if method.unit == "index"]


def test_methods_with_a_scale_of_their_own_are_known() -> None:
    assert INDEXES == ["standard", "robust", "minmax", "rank"]


@pytest.mark.parametrize("method", INDEXES)
def test_limits_in_points_are_refused_where_scores_are_no_points(method: str) -> None:
    said = f'with method "{method}": its scores are no points, so no'
    assert refusal(('"adjusted"', f'"{method}"')) == [
        ("studio.pass_mark", "60.00", f"must be 0 (none) {said} mark fits them"),
        ("project.pass_mark", "60.00", f"must be 0 (none) {said} mark fits them"),
        ("project.floors", '{"P3": 60}', f"must be {{}} (none) {said} floor fits them"),
    ]


@pytest.mark.parametrize("method", INDEXES)
def test_without_limits_such_a_method_is_allowed(method: str) -> None:
    text = SHIPPED.replace('"adjusted"', f'"{method}"').replace("pass_mark = 60", "pass_mark = 0")
    policy = read_policy(text.replace("{ P3 = 60 }", "{}"))
    assert (policy.method, policy.in_points) == (method, False)
    assert policy.track(Track.STUDIO).pass_mark == 0
    assert policy.track(Track.PROJECT).floors == {}


def test_a_fault_outside_the_tracks_does_not_hide_what_a_track_says() -> None:
    assert refusal(('"adjusted"', '"standard"'), ("schema = 1", "schema = 2")) == [
        ("schema", "2", "must be 1")
    ]


def test_the_limits_themselves_are_allowed() -> None:
    policy = read_policy(
        edited(
            ("valid_until = 2029-12-31", "valid_until = 2025-03-05"),
            ("panel_size = 9", "panel_size = 5"),
            ('"adjusted"', '"trimmed"'),
            ("trimmed_min_sheets = 7", "trimmed_min_sheets = 5"),
            ("pass_mark = 60", "pass_mark = 100"),
            ("required_from_percent = 95", "required_from_percent = 61"),
        )
    )
    assert policy.valid_from == policy.valid_until
    assert policy.panel_size == policy.quorum == policy.trimmed_min_sheets == 5
    assert policy.track(Track.STUDIO).pass_mark == 10_000


def test_the_mistakes_of_all_parts_are_told_at_once() -> None:
    found = refusal(
        ("panel_size = 9", "panel_size = 4"),
        ("cap = 3 ", 'cap = "three" '),
        ("P3 = 60", "P9 = 60"),
    )
    assert [where for where, _, _ in found] == ["panel_size", "studio.cap", "project.floors.P9"]


def test_a_track_that_is_no_table_is_refused_once() -> None:
    start, end = SHIPPED.index("[studio]"), SHIPPED.index("[project]")
    text = "studio = 3\n" + SHIPPED[:start] + SHIPPED[end:]
    with pytest.raises(PolicyError) as caught:
        read_policy(text, "c.toml")
    assert [str(problem) for problem in caught.value.problems] == ["c.toml: studio: '3' must be a table"]


def test_a_policy_from_before_there_were_flags_has_the_shipped_limits(policy: Policy) -> None:
    start, end = SHIPPED.index("[flags]"), SHIPPED.index("[pledge]")
    assert read_policy(SHIPPED[:start] + SHIPPED[end:]).flags == policy.flags


def test_flags_outside_what_can_be_meant_are_refused() -> None:
    assert refusal(("robust_z = 2.5 ", "robust_z = 0 ")) == [
        (
            "flags.robust_z",
            "0",
            "must be points above 0 with at most two decimals, such as 30 or 7.5",
        )
    ]
    assert refusal(("hours_until = 21 ", "hours_until = 7 ")) == [
        ("flags.hours_until", "7", "must be above hours_from (7)")
    ]
    units = "S1, S2, S3, S4, S5, S6, P1, P2, P3, P4, P5, P6"
    assert refusal(("objective = [] ", 'objective = ["S2", "S9"] ')) == [
        ("flags.objective[1]", "S9", f"is scored on no sheet; what takes a score is {units}")
    ]
