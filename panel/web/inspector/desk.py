"""The frame of every page of a round as the inspector sees it: where one can go, and the policy in force."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from panel.language import N_, _
from panel.queries.rounds import RoundView
from panel.rules.criteria import Policy
from panel.rules.permissions import Action, Role, may
from panel.web import current
from panel.web.inspector import wording

PLACES = (
    ("inspector_rounds.page", N_("环节与用时"), Action.SEE_ROUND),
    ("inspector_applications.index", N_("申报与资格审查"), Action.SEE_APPLICATIONS),
    ("inspector_panelists.index", N_("专家组与回避"), Action.SEE_EXPERTS),
    ("inspector_flags.index", N_("核实提示"), Action.SEE_ROUND),
    ("inspector_progress.index", N_("评分进度"), Action.SEE_PROGRESS),
    ("inspector_results.show", N_("评审结果"), Action.SEE_RESULT),
    ("inspector_analyses.show", N_("评审分析"), Action.SEE_ANALYSIS),
    ("inspector_signatures.index", N_("签名评分表"), Action.SEE_RESULT),
)


def page(template: str, **context: Any) -> str:
    """A page of the round at hand, with the tabs of what may be seen at its stage."""
    round_ = current.round_()
    tabs = [
        {"href": url_for(endpoint, code=round_.code), "text": _(text), "current": _within(endpoint)}
        for endpoint, text, action in PLACES
        if allowed(action, round_)
    ]
    return render_template(template, page_round=round_, code=round_.code, tabs=tabs, words=wording, **context)


def allowed(action: Action, round_: RoundView) -> bool:
    """Whether an inspector may do this at the round's stage."""
    return may(action, Role.INSPECTOR, round_.stage) or may(action, Role.INSPECTOR)


def policy() -> Policy:
    """The policy of the round at hand: its own frozen copy once scoring has opened."""
    return current.office().policy_named(current.reader(), current.round_().policy_digest)


def _within(endpoint: str) -> bool:
    return (request.endpoint or "").partition(".")[0] == endpoint.partition(".")[0]
