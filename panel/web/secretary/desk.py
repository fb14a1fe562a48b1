"""The frame of every page of a round at the secretary's desk: navigation, and what the viewer may do here."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request, url_for

from panel.errors import InvalidInput, NotFound, Problem
from panel.language import N_, _
from panel.language import current as spoken
from panel.queries import dossiers
from panel.queries.dossiers import Dossier
from panel.rules.applications import Track
from panel.rules.criteria import Policy
from panel.rules.permissions import Action, Role, may
from panel.web import current

PLACES = (
    ("secretary_rounds.page", N_("批次总览"), "home", Action.SEE_ROUND),
    ("secretary_imports.index", N_("导入"), "upload", Action.IMPORT),
    ("secretary_applications.index", N_("申报与资格审查"), "list", Action.SEE_APPLICATIONS),
    ("secretary_materials.index", N_("申报材料"), "file", Action.SEE_MATERIAL),
    ("secretary_applications.studios", N_("已有工作室"), "folder", Action.SEE_APPLICATIONS),
    ("secretary_experts.index", N_("专家库"), "user", Action.SEE_EXPERTS),
    ("secretary_panel.index", N_("专家组"), "users", Action.SEE_EXPERTS),
    ("secretary_conflicts.index", N_("利益冲突与回避"), "scale", Action.SEE_EXPERTS),
    ("secretary_progress.index", N_("评分进度"), "clock", Action.SEE_PROGRESS),
    ("secretary_signatures.index", N_("签名登记"), "pen", Action.FILE_SIGNATURE),
    ("secretary_results.show", N_("评审结果"), "rank", Action.SEE_RESULT),
    ("secretary_analyses.show", N_("评审分析"), "search", Action.SEE_ANALYSIS),
)
"""Where one can go within a round: endpoint, words, icon, and the action that the page asks for.

A page that is not there yet, or not for the viewer at this stage, is left out.
"""


def page(template: str, **context: Any) -> str:
    """A page of the round at hand."""
    round_ = current.round_()
    return render_template(
        template,
        page_round=round_,
        code=round_.code,
        nav_items=_navigation(),
        can=can,
        Action=Action,
        **context,
    )


def policy() -> Policy:
    """The policy of the round at hand: its own frozen copy once scoring has opened."""
    return current.office().policy_named(current.reader(), current.round_().policy_digest)


def dossier(number: str) -> Dossier:
    """An application of the round at hand with all that is known of it."""
    round_ = current.round_()
    found = dossiers.one(current.reader(), policy(), round_.id, round_.closes_on, number)
    if found is None:
        raise NotFound("no such application")
    return found


def criteria(track: Track) -> dict[str, str]:
    """What a track is judged by, in the reader's language."""
    return {c.id: c.name.in_(spoken()) for c in policy().track(track).criteria}


def can(action: Action) -> bool:
    """Whether the viewer may do this now, so that no page offers what would be refused."""
    viewer = current.viewer()
    role: Role | None = viewer.role if viewer else None
    return role is not None and (may(action, role, current.round_().stage) or may(action, role))


def there(endpoint: str) -> bool:
    """Whether the application has this page."""
    return endpoint in current_app.view_functions


def errors(refusal: InvalidInput, fields: dict[str, str] | None = None) -> list[dict[str, str]]:
    """The problems of a refused form, each leading to its field where `fields` names one by its label."""
    return [{"field": (fields or {}).get(p.where, ""), "message": _sentence(p)} for p in refusal.problems]


def _sentence(problem: Problem) -> str:
    value = f"“{problem.value}”" if problem.value else ""
    return _("{where}{value}：{remedy}").format(where=problem.where, value=value, remedy=problem.remedy)


def _navigation() -> list[dict[str, object]]:
    code, here = current.round_().code, _place()
    return [
        {"href": url_for(endpoint, code=code), "text": _(text), "icon": icon, "current": endpoint == here}
        for endpoint, text, icon, action in PLACES
        if there(endpoint) and can(action)
    ]


def _place() -> str:
    """The place in the navigation to which the page at hand belongs: its own, else its blueprint's first."""
    here, endpoints = request.endpoint or "", [endpoint for endpoint, *_rest in PLACES]
    own = here.split(".")[0].replace("secretary_redactions", "secretary_materials")
    return here if here in endpoints else next((e for e in endpoints if e.split(".")[0] == own), "")
