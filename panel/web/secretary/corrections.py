"""The correction of an application (更正) at the secretary's desk: the form, and what was typed into it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from panel.documents import corrections
from panel.errors import InvalidInput, RuleBroken, StaleVersion
from panel.language import _
from panel.queries.dossiers import Dossier
from panel.rules.applications import (
    REQUIRED_MATERIALS,
    BudgetCategory,
    CertificateLevel,
    EmploymentKind,
    OccupationState,
    ProjectKind,
    Track,
)
from panel.rules.identities import STATEMENT
from panel.rules.permissions import Action
from panel.services import applications
from panel.vocabulary import term
from panel.web import current, forms
from panel.web.access import allow
from panel.web.secretary import desk

blueprint = Blueprint(
    "secretary_corrections", __name__, url_prefix="/secretary/rounds/<code>/applications/<number>/correction"
)

Page = str | Response | tuple[str, int]

MOST_REASON = 1000
BLANK_MEMBERS, BLANK_LINES = 3, 3


@blueprint.get("")
@allow(Action.CORRECT_APPLICATION)
def show(code: str, number: str) -> Page:
    """The form to correct an application."""
    dossier = desk.dossier(number)
    if dossier.line.withdrawn:
        return redirect(url_for("secretary_applications.one", code=code, number=number), 303)
    return _page(dossier, [])


@blueprint.post("")
@allow(Action.CORRECT_APPLICATION)
def correct(code: str, number: str) -> Page:
    """Correct an application with a reason."""
    dossier = desk.dossier(number)
    before = dossier.application
    try:
        reason = forms.text("reason", _("更正理由"), most=MOST_REASON)
        version = forms.number("version", _("版本"))
        read = corrections.read(before, _form(), desk.criteria(before.track))
        current.close_reader()
        applications.correct(
            current.office(),
            current.actor(),
            code,
            read.application,
            reason=reason,
            version=version,
            master_id=read.master_id,
        )
    except InvalidInput as refusal:
        return _page(dossier, desk.errors(refusal), typed=True), 422
    except (RuleBroken, StaleVersion) as refusal:
        return _page(dossier, [{"field": "", "message": refusal.message}], typed=True), 409
    flash(_("更正已写入并留痕。如影响资格，请重新作出结论。"), "success")
    return redirect(url_for("secretary_applications.one", code=code, number=number), 303)


def _form() -> corrections.Form:
    given = request.form
    return corrections.Form(
        texts={name: given.get(name, "") for name in given},
        statements={
            name.removeprefix(STATEMENT): given[name] for name in given if name.startswith(STATEMENT)
        },
        team=list(zip(given.getlist("member"), given.getlist("employment"), strict=False)),
        budget=list(
            zip(
                given.getlist("category"),
                given.getlist("item"),
                given.getlist("amount"),
                given.getlist("note"),
                strict=False,
            )
        ),
        materials=frozenset(given.getlist("materials")),
    )


def _page(dossier: Dossier, problems: list[dict[str, str]], *, typed: bool = False) -> str:
    application = dossier.application
    shown = _form() if typed else _as_form(dossier)
    return desk.page(
        "secretary/correction.html",
        dossier=dossier,
        application=application,
        problems=problems,
        form=shown,
        reason=request.form.get("reason", ""),
        version=request.form.get("version", dossier.version),
        team=[*shown.team, *[("", EmploymentKind.FORMAL.value)] * BLANK_MEMBERS],
        budget=[*shown.budget, *[(BudgetCategory.EQUIPMENT.value, "", "", "")] * BLANK_LINES],
        criteria=desk.criteria(application.track),
        required=REQUIRED_MATERIALS[application.track],
        choices={
            kind.__name__: [(value.value, term(value)) for value in kind]
            for kind in (OccupationState, CertificateLevel, ProjectKind, EmploymentKind, BudgetCategory)
        },
        STATEMENT=STATEMENT,
        Track=Track,
    )


def _as_form(dossier: Dossier) -> corrections.Form:
    a = dossier.application
    return corrections.Form(
        texts={
            "unit": a.unit,
            "unit_code": a.unit_code,
            "parent_unit": a.parent_unit,
            "branch": a.branch,
            "address": a.address,
            "in_district": "1" if a.in_district else "0",
            "master_name": a.master_name,
            "master_id": "",
            "occupation": a.occupation,
            "occupation_state": a.occupation_state.value,
            "certificate": a.certificate.value,
            "exception": a.exception,
            "linked_studio": a.linked_studio,
            "title": a.title,
            "kind": a.kind.value if a.kind else "",
            "months": "" if a.months is None else str(a.months),
            "total_fen": _yuan(a.total_fen),
            "subsidy_fen": _yuan(a.subsidy_fen),
            "summary": a.summary,
        },
        statements=dict(a.statements),
        team=[(member.name, member.employment.value) for member in a.team],
        budget=[(line.category.value, line.item, _yuan(line.amount_fen), line.note) for line in a.budget],
        materials=frozenset(material.value for material in a.materials),
    )


def _yuan(fen: int | None) -> str:
    if fen is None:
        return ""
    whole, rest = divmod(fen, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)
