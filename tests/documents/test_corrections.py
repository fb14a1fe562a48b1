"""A correction's form is read by the rules of the workbook, and all its problems are named at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from panel.documents.corrections import Form, read
from panel.errors import InvalidInput
from panel.rules.applications import Application, BudgetCategory, EmploymentKind, Material, ProjectKind
from tests.documents.workshop import CRITERIA, IDENTITY, PROJECT, STUDIO


def criteria(application: Application) -> dict[str, str]:
    return dict(CRITERIA[application.track])


def form(a: Application, **changes: Any) -> Form:
    """The form as it stands for the application, with single texts changed."""
    texts = {
        "unit": a.unit,
        "unit_code": a.unit_code,
        "parent_unit": a.parent_unit,
        "branch": a.branch,
        "address": a.address,
        "in_district": "1" if a.in_district else "0",
        "master_name": a.master_name,
        "occupation": a.occupation,
        "occupation_state": a.occupation_state.value,
        "certificate": a.certificate.value,
        "exception": a.exception,
        "summary": a.summary,
        "linked_studio": a.linked_studio,
        "title": a.title,
        "kind": a.kind.value if a.kind else "",
        "months": str(a.months or ""),
        "total_fen": "60000.50",
        "subsidy_fen": "48000",
    }
    return Form(
        texts=texts | changes,
        statements=dict(a.statements),
        team=[(member.name, member.employment.value) for member in a.team],
        budget=[(b.category.value, b.item, f"{b.amount_fen / 100:.2f}", b.note) for b in a.budget],
        materials=frozenset(material.value for material in a.materials),
    )


@pytest.mark.parametrize("application", [STUDIO, PROJECT], ids=["studio", "project"])
def test_a_form_that_was_not_touched_reads_as_the_application(application: Application) -> None:
    found = read(application, form(application), criteria(application))
    assert found.application == application
    assert found.master_id == ""


def test_a_studio_has_nothing_of_a_project() -> None:
    given = form(STUDIO, title="题目", months="5", linked_studio="X01")
    assert read(STUDIO, given, criteria(STUDIO)).application == STUDIO


def test_figures_of_a_project_may_be_missing() -> None:
    found = read(PROJECT, form(PROJECT, months="", total_fen=" ", subsidy_fen=""), criteria(PROJECT))
    assert (found.application.months, found.application.total_fen, found.application.subsidy_fen) == (
        None,
        None,
        None,
    )


def test_what_is_typed_in_full_width_is_taken() -> None:
    given = form(PROJECT, months="１４", total_fen="６８，０００", kind=ProjectKind.OTHER.value)
    found = read(PROJECT, given, criteria(PROJECT)).application
    assert (found.months, found.total_fen, found.kind) == (14, 6_800_000, ProjectKind.OTHER)


def test_empty_rows_are_left_out_and_new_ones_are_taken() -> None:
    given = replace(
        form(PROJECT),
        team=[("", "formal"), (" 新人（虚构） ", "part_time")],
        budget=[("equipment", "", "", " "), ("exchange", "观摩", "1,200", "")],
        materials=frozenset({"J3", "M1", "x"}),
    )
    found = read(PROJECT, given, criteria(PROJECT)).application
    assert [(m.name, m.employment) for m in found.team] == [("新人（虚构）", EmploymentKind.PART_TIME)]
    assert [(b.category, b.item, b.amount_fen, b.note) for b in found.budget] == [
        (BudgetCategory.EXCHANGE, "观摩", 120_000, "")
    ]
    assert found.materials == {Material.J3_BANK}


def test_an_id_number_is_read_only_when_it_is_typed() -> None:
    assert read(STUDIO, form(STUDIO, master_id=IDENTITY.lower()), criteria(STUDIO)).master_id == IDENTITY


def test_all_problems_are_named_together_with_what_was_typed() -> None:
    given = replace(
        form(
            PROJECT,
            unit="",
            unit_code="91",
            kind="",
            months="61",
            total_fen="很多",
            master_id="110105194912310021",
            certificate="expert",
            address="长" * 201,
        ),
        team=[("甲（虚构）", "robot")],
        budget=[("toys", "", "-5", "长" * 201)],
        statements={"P1": ""},
    )
    with pytest.raises(InvalidInput) as refused:
        read(PROJECT, given, criteria(PROJECT))
    assert [(problem.where, problem.value) for problem in refused.value.problems] == [
        ("申报单位", ""),
        ("统一社会信用代码", "91"),
        ("地址", "长" * 60),
        ("证书等级", "expert"),
        ("团队第 1 行用工形式", "robot"),
        ("P1 必要性", ""),
        ("P2 可行性", ""),
        ("项目类别", ""),
        ("建设期（月）", "61"),
        ("总预算（元）", "很多"),
        ("预算第 1 行支出类别", "toys"),
        ("预算第 1 行支出内容", ""),
        ("预算第 1 行金额（元）", "-5"),
        ("预算第 1 行测算说明", "长" * 60),
        ("身份证号", "…0021"),
    ]
