"""F9 and F13: what was decided against the usual course, and criteria that changed under way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from panel.rules.flags import interventions
from panel.rules.flags.facts import Facts, What
from tests.flagging import POLICY, acts

STARTED = ("round.stage", "2026", 0.0, {"stage": "scoring", "policy": POLICY.digest})


@pytest.mark.parametrize(
    ("act", "subject", "data", "what", "people", "applications"),
    [
        ("sheet.return", "E1/S01", {}, What.RETURNED, ("E1",), ("S01",)),
        ("sheet.void", "E1/S01", {}, What.VOIDED, ("E1",), ("S01",)),
        ("round.stage", "2026", {"stage": "closed", "missing": ["E1/S01"]}, What.FORCED, (), ()),
        ("recusal.decide", "E1", {"late": True, "target": "S1 P1"}, What.LATE_RECUSAL, ("E1",), ("S1", "P1")),
        ("expert.select", "E1", {}, What.BY_HAND, ("E1",), ()),
        ("expert.absent", "E1", {}, What.LATE_ABSENCE, ("E1",), ()),
        ("application.withdraw", "S01", {}, What.LATE_WITHDRAWAL, (), ("S01",)),
    ],
)
def test_an_act_against_the_usual_course_is_a_flag(
    act: str,
    subject: str,
    data: dict[str, object],
    what: What,
    people: tuple[str, ...],
    applications: tuple[str, ...],
) -> None:
    (flag,) = interventions.find(Facts(policy=POLICY, acts=acts(STARTED, (act, subject, 9, data))))
    assert (flag.what, flag.people, flag.applications, flag.entries) == (what, people, applications, (101,))


@pytest.mark.parametrize(
    ("act", "subject", "data"),
    [
        ("round.stage", "2026", {"stage": "closed"}),
        ("recusal.decide", "E1", {"target": "S01"}),
        ("expert.absent", "E1", {}),
        ("application.withdraw", "S01", {}),
    ],
)
def test_the_usual_course_is_none(act: str, subject: str, data: dict[str, object]) -> None:
    assert list(interventions.find(Facts(policy=POLICY, acts=acts((act, subject, 0, data), STARTED)))) == []
    assert list(interventions.find(Facts(policy=POLICY, acts=acts((act, subject, 0, data))))) == []


@pytest.mark.parametrize(
    ("before", "after", "flagged"),
    [
        (["E1/S01", "E2/S01"], ["E1/S01"], False),
        ([], ["E1/S01"], True),
        (["E2/S01"], ["E1/S01"], True),
        ({"count": 3, "digest": "d"}, ["E1/S01"], False),
        ({"count": 3, "digest": "d"}, {"count": 4, "digest": "e"}, True),
    ],
)
def test_an_opening_is_a_flag_only_where_a_sheet_is_missing_that_was_there_at_the_closing(
    before: object, after: object, flagged: bool
) -> None:
    trail = acts(
        ("round.stage", "2026", 0, {"stage": "closed", "missing": before}),
        ("round.stage", "2026", 9, {"stage": "opened", "missing": after}),
    )
    found = list(interventions.find(Facts(policy=POLICY, acts=trail)))
    assert [flag.entries for flag in found if 101 in flag.entries] == [(101,)] * flagged
    assert len(found) == bool(before) + flagged


def test_a_forced_close_counts_what_was_missing_even_where_the_list_is_gone() -> None:
    for missing, count in ((["E1/S01", "E2/S01"], 2), ({"count": 3, "digest": "d"}, 3)):
        trail = acts(("round.stage", "2026", 0, {"stage": "closed", "missing": missing}))
        assert [f.numbers for f in interventions.find(Facts(policy=POLICY, acts=trail))] == [
            {"missing": count}
        ]


def test_a_result_by_another_policy_than_the_one_that_scoring_began_with_is_a_flag() -> None:
    same = ("ranking.compute", "1", 9.0, {"policy": POLICY.digest})
    facts = Facts(policy=POLICY, acts=acts(STARTED, same), stored_policy=POLICY.digest)
    assert list(interventions.criteria(facts)) == []
    assert [f.numbers for f in interventions.criteria(replace(facts, stored_policy="other"))] == [
        {"results": 0}
    ]
    other = replace(facts, acts=acts(STARTED, same, ("ranking.compute", "2", 19, {"policy": "other"})))
    (flag,) = interventions.criteria(other)
    assert flag.what is What.OTHER_POLICY
    assert flag.entries == (100, 102)


def test_before_scoring_no_policy_is_fixed() -> None:
    assert list(interventions.criteria(Facts(policy=POLICY, stored_policy=POLICY.digest))) == []
