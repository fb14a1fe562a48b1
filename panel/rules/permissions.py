"""Who may do what, at which stage: one table that can be read aloud, and deny for everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from panel.rules.stages import ORDER, Stage


class Role(StrEnum):
    """What an account may be; one role each, never more."""

    EXPERT = "expert"
    SECRETARY = "secretary"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """Everything that can be asked of the application by somebody signed in."""

    USE_OWN_ACCOUNT = "use_own_account"
    MANAGE_ACCOUNTS = "manage_accounts"
    ISSUE_EXPERT_CODE = "issue_expert_code"
    REVOKE_EXPERT = "revoke_expert"
    SEE_DEVICES = "see_devices"
    ALLOW_DEVICES = "allow_devices"
    FILE_SIGNATURE = "file_signature"
    SEE_ROUND = "see_round"
    CREATE_ROUND = "create_round"
    IMPORT = "import"
    DROP_IMPORT = "drop_import"
    SEE_APPLICATIONS = "see_applications"
    CORRECT_APPLICATION = "correct_application"
    WITHDRAW_APPLICATION = "withdraw_application"
    DECIDE_ELIGIBILITY = "decide_eligibility"
    CLEAR_IDENTITY = "clear_identity"
    SEE_MATERIAL = "see_material"
    UPLOAD_MATERIAL = "upload_material"
    REVIEW_MATERIAL = "review_material"
    SEE_EXPERTS = "see_experts"
    COMPOSE_PANEL = "compose_panel"
    MARK_ABSENT = "mark_absent"
    DECIDE_RECUSAL = "decide_recusal"
    SEE_PROGRESS = "see_progress"
    OPEN_SCORING = "open_scoring"
    CLOSE_SCORING = "close_scoring"
    OPEN_SEALS = "open_seals"
    CONFIRM_STEP = "confirm_step"
    RETURN_SHEET = "return_sheet"
    TAKE_PLEDGE = "take_pledge"
    DECLARE_CONFLICT = "declare_conflict"
    SEE_OWN_QUEUE = "see_own_queue"
    SEE_OWN_SHEET = "see_own_sheet"
    SAVE_SCORE = "save_score"
    SUBMIT_SHEET = "submit_sheet"
    SEE_RESULT = "see_result"
    SEE_ANALYSIS = "see_analysis"
    COMPUTE_RESULT = "compute_result"
    RECORD_VOTE = "record_vote"
    FINALIZE = "finalize"
    EXPORT_RESULT = "export_result"
    WATCH = "watch"
    EXPORT_BUNDLE = "export_bundle"
    MANAGE_KEYS = "manage_keys"


@dataclass(frozen=True, slots=True)
class Grant:
    """One line of the table: an action, who may do it, at which stages (empty: no round is involved)."""

    action: Action
    roles: frozenset[Role]
    stages: frozenset[Stage] = frozenset()


_E, _S, _I, _A = Role.EXPERT, Role.SECRETARY, Role.INSPECTOR, Role.ADMINISTRATOR
_SETUP, _SCORING, _CLOSED, _OPENED, _FINAL, _ARCHIVED = ORDER


def _grant(action: Action, roles: set[Role], *stages: Stage) -> Grant:
    return Grant(action, frozenset(roles), frozenset(stages))


TABLE: Mapping[Action, Grant] = {
    grant.action: grant
    for grant in (
        # No round involved.
        _grant(Action.USE_OWN_ACCOUNT, {_E, _S, _I, _A}),
        _grant(Action.MANAGE_ACCOUNTS, {_A}),
        _grant(Action.ISSUE_EXPERT_CODE, {_S}),
        _grant(Action.REVOKE_EXPERT, {_S, _A}),
        _grant(Action.SEE_DEVICES, {_S, _A}),
        _grant(Action.ALLOW_DEVICES, {_S, _A}),
        _grant(Action.CREATE_ROUND, {_S}),
        _grant(Action.SEE_EXPERTS, {_S, _I}),
        _grant(Action.WATCH, {_I}),
        _grant(Action.EXPORT_BUNDLE, {_I}),
        _grant(Action.MANAGE_KEYS, {_A}),
        # Intake and panel: before scoring.
        _grant(Action.SEE_ROUND, {_S, _I}, *ORDER),
        _grant(Action.IMPORT, {_S}, _SETUP),
        _grant(Action.DROP_IMPORT, {_S}, *ORDER),
        _grant(Action.SEE_APPLICATIONS, {_S, _I}, *ORDER),
        _grant(Action.CORRECT_APPLICATION, {_S}, _SETUP),
        _grant(Action.DECIDE_ELIGIBILITY, {_S}, _SETUP),
        _grant(Action.CLEAR_IDENTITY, {_S}, _SETUP),
        _grant(Action.SEE_MATERIAL, {_S}, *ORDER),
        _grant(Action.UPLOAD_MATERIAL, {_S}, _SETUP),
        # What was overlooked can still be covered while experts score.
        _grant(Action.REVIEW_MATERIAL, {_S}, _SETUP, _SCORING),
        _grant(Action.COMPOSE_PANEL, {_S}, _SETUP),
        _grant(Action.OPEN_SCORING, {_S}, _SETUP),
        _grant(Action.TAKE_PLEDGE, {_E}, _SETUP, _SCORING),
        _grant(Action.DECLARE_CONFLICT, {_E}, _SETUP, _SCORING),
        # Paper may come in late.
        _grant(Action.FILE_SIGNATURE, {_S}, *ORDER),
        # May come late, until the result is final.
        _grant(Action.WITHDRAW_APPLICATION, {_S}, _SETUP, _SCORING, _CLOSED, _OPENED),
        _grant(Action.DECIDE_RECUSAL, {_S}, _SETUP, _SCORING, _CLOSED, _OPENED),
        _grant(Action.MARK_ABSENT, {_S}, _SETUP, _SCORING, _CLOSED),
        # Scoring: nobody but the expert sees a value before the seals are opened.
        _grant(Action.SEE_OWN_QUEUE, {_E}, _SETUP, _SCORING, _CLOSED, _OPENED, _FINAL),
        _grant(Action.SEE_OWN_SHEET, {_E}, _SCORING, _CLOSED, _OPENED, _FINAL),
        # Once scoring is closed, only what was given back since: services/sheets.py asks the trail.
        _grant(Action.SAVE_SCORE, {_E}, _SCORING, _CLOSED),
        _grant(Action.SUBMIT_SHEET, {_E}, _SCORING, _CLOSED),
        _grant(Action.SEE_PROGRESS, {_S, _I}, _SCORING, _CLOSED, _OPENED, _FINAL, _ARCHIVED),
        _grant(Action.RETURN_SHEET, {_S}, _SCORING, _CLOSED),
        _grant(Action.CLOSE_SCORING, {_S}, _SCORING),
        _grant(Action.OPEN_SEALS, {_S}, _CLOSED),
        # The second person: the chair, or another secretary before a chair is elected.
        _grant(Action.CONFIRM_STEP, {_E, _S}, _SETUP, _SCORING, _CLOSED, _OPENED),
        # The result.
        _grant(Action.SEE_RESULT, {_S, _I}, _OPENED, _FINAL, _ARCHIVED),
        _grant(Action.SEE_ANALYSIS, {_S, _I}, _OPENED, _FINAL, _ARCHIVED),
        _grant(Action.COMPUTE_RESULT, {_S}, _OPENED),
        _grant(Action.RECORD_VOTE, {_S}, _OPENED),
        _grant(Action.FINALIZE, {_S}, _OPENED),
        _grant(Action.EXPORT_RESULT, {_S, _I}, _OPENED, _FINAL, _ARCHIVED),
    )
}


def has_role(action: Action, role: Role) -> bool:
    """Whether the role may do this at some stage at least: all that is known before a round is read."""
    return role in TABLE[action].roles


def may(action: Action, role: Role, stage: Stage | None = None) -> bool:
    """Whether the role may do this at this stage; an action on a round is never allowed without its stage."""
    grant = TABLE[action]
    return role in grant.roles and (stage in grant.stages if grant.stages else stage is None)
