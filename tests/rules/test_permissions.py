"""The table of permissions, read aloud."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.rules.permissions import TABLE, Action, Role, has_role, may
from panel.rules.stages import ORDER, Stage
from tools import permissions

BEFORE_OPENING = (Stage.SETUP, Stage.SCORING, Stage.CLOSED)


def roles_of(action: Action) -> set[Role]:
    return {role for role in Role if has_role(action, role)}


def stages_of(action: Action, role: Role) -> list[Stage]:
    return [stage for stage in ORDER if may(action, role, stage)]


def test_every_action_has_its_line() -> None:
    assert set(TABLE) == set(Action)
    assert all(grant.action is action and grant.roles for action, grant in TABLE.items())


@given(st.sampled_from(Action), st.sampled_from(Role), st.none() | st.sampled_from(Stage))
def test_whatever_the_table_does_not_grant_is_denied(action: Action, role: Role, stage: Stage | None) -> None:
    grant = TABLE[action]
    on_a_round = bool(grant.stages)
    granted = role in grant.roles and (stage in grant.stages if on_a_round else stage is None)
    assert may(action, role, stage) == granted
    assert has_role(action, role) or not may(action, role, stage)


def test_an_action_on_a_round_is_never_allowed_without_its_stage() -> None:
    assert not any(may(action, role) for action in Action if TABLE[action].stages for role in Role)


def test_the_administrator_sees_no_application_and_no_score() -> None:
    assert {action for action in Action if has_role(action, Role.ADMINISTRATOR)} == {
        Action.USE_OWN_ACCOUNT,
        Action.MANAGE_ACCOUNTS,
        Action.MANAGE_KEYS,
        Action.REVOKE_EXPERT,
        Action.SEE_DEVICES,
        Action.ALLOW_DEVICES,
    }


def test_the_inspector_only_looks() -> None:
    assert {action for action in Action if has_role(action, Role.INSPECTOR)} == {
        Action.USE_OWN_ACCOUNT,
        Action.SEE_EXPERTS,
        Action.SEE_ROUND,
        Action.SEE_APPLICATIONS,
        Action.SEE_PROGRESS,
        Action.SEE_RESULT,
        Action.SEE_ANALYSIS,
        Action.EXPORT_RESULT,
        Action.WATCH,
        Action.EXPORT_BUNDLE,
    }


def test_only_inspectors_watch_the_trail() -> None:
    assert roles_of(Action.WATCH) == {Role.INSPECTOR}


@pytest.mark.parametrize("action", [Action.SAVE_SCORE, Action.SUBMIT_SHEET])
def test_scores_are_written_by_experts_only_and_never_once_the_seals_are_opened(action: Action) -> None:
    assert roles_of(action) == {Role.EXPERT}
    assert stages_of(action, Role.EXPERT) == [Stage.SCORING, Stage.CLOSED]


@pytest.mark.parametrize(
    "action", [Action.SEE_RESULT, Action.SEE_ANALYSIS, Action.EXPORT_RESULT, Action.COMPUTE_RESULT]
)
def test_nobody_sees_a_result_before_the_seals_are_opened(action: Action) -> None:
    assert not any(may(action, role, stage) for role in Role for stage in BEFORE_OPENING)


def test_experts_never_see_results_or_the_progress_of_others() -> None:
    for action in (
        Action.SEE_RESULT,
        Action.SEE_ANALYSIS,
        Action.EXPORT_RESULT,
        Action.SEE_PROGRESS,
        Action.SEE_APPLICATIONS,
    ):
        assert not has_role(action, Role.EXPERT)


def test_a_sheet_is_given_back_only_before_opening() -> None:
    assert stages_of(Action.RETURN_SHEET, Role.SECRETARY) == [Stage.SCORING, Stage.CLOSED]


def test_intake_ends_when_scoring_opens() -> None:
    for action in (
        Action.IMPORT,
        Action.CORRECT_APPLICATION,
        Action.DECIDE_ELIGIBILITY,
        Action.COMPOSE_PANEL,
    ):
        assert stages_of(action, Role.SECRETARY) == [Stage.SETUP]


def test_nothing_is_decided_about_a_final_result() -> None:
    looking = {
        Action.SEE_ROUND,
        Action.SEE_APPLICATIONS,
        Action.SEE_MATERIAL,
        Action.SEE_PROGRESS,
        Action.SEE_OWN_QUEUE,
        Action.SEE_OWN_SHEET,
        Action.SEE_RESULT,
        Action.SEE_ANALYSIS,
        Action.EXPORT_RESULT,
        Action.DROP_IMPORT,  # decides nothing: what still waits can never be taken over
        Action.FILE_SIGNATURE,  # decides nothing: paper may come in late
    }
    for stage in (Stage.FINAL, Stage.ARCHIVED):
        assert {action for action in Action for role in Role if may(action, role, stage)} <= looking


def test_the_page_for_people_says_what_the_table_says() -> None:
    assert permissions.FILE.read_text(encoding="utf-8") == permissions.page()
