"""A correction (更正) of one application as a form sends it, read by the rules of the workbook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import TypeVar

from panel.documents import applications as book
from panel.documents import cells
from panel.documents.cells import Wrong
from panel.documents.workbooks import Cell
from panel.errors import InvalidInput, Problem
from panel.language import _
from panel.rules.applications import (
    REQUIRED_MATERIALS,
    Application,
    BudgetCategory,
    BudgetLine,
    CertificateLevel,
    EmploymentKind,
    Member,
    OccupationState,
    ProjectKind,
    Track,
)

_T = TypeVar("_T")
_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed: single texts by field, statements by criterion, and the rows of team and budget."""

    texts: Mapping[str, str]
    statements: Mapping[str, str]
    team: Sequence[tuple[str, str]]
    """Name and kind of employment; a row without a name is left out."""
    budget: Sequence[tuple[str, str, str, str]]
    """Category, item, amount in yuan, note; a row without any text is left out."""
    materials: frozenset[str]


@dataclass(frozen=True, slots=True)
class Correction:
    """The application as it should be; `master_id` is a new ID number, or nothing where it stays."""

    application: Application
    master_id: str = field(default="", repr=False)


def read(before: Application, form: Form, criteria: Mapping[str, str]) -> Correction:
    """The form as values, or `InvalidInput` with all its problems; `criteria` names the track's, by id."""
    reader = _Reader(form)
    after = replace(
        before,
        unit=reader.prose("unit", book.UNIT),
        unit_code=reader.get("unit_code", book.CODE, cells.unit_code, ""),
        parent_unit=reader.prose("parent_unit", book.PARENT, required=False),
        branch=reader.prose("branch", book.BRANCH, required=False),
        address=reader.prose("address", book.ADDRESS),
        in_district=reader.get("in_district", book.IN_DISTRICT, cells.yes, True),
        master_name=reader.prose("master_name", book.MASTER),
        occupation=reader.prose("occupation", book.OCCUPATION),
        occupation_state=reader.choice("occupation_state", book.STATE, OccupationState.LISTED),
        certificate=reader.choice("certificate", book.CERTIFICATE, CertificateLevel.NONE),
        exception=reader.prose("exception", book.EXCEPTION, required=False, lines=True),
        summary=reader.prose("summary", book.SUMMARY, lines=True),
        team=reader.team(),
        materials=frozenset(m for m in REQUIRED_MATERIALS[before.track] if m.value in form.materials),
        statements=reader.statements(criteria),
    )
    if before.track is Track.PROJECT:
        after = replace(
            after,
            linked_studio=reader.get("linked_studio", book.LINK, cells.number, ""),
            title=reader.prose("title", book.TITLE),
            kind=reader.choice("kind", book.KIND, ProjectKind.OTHER),
            months=reader.optional("months", book.MONTHS, partial(cells.whole, least=1, most=60)),
            total_fen=reader.optional("total_fen", book.TOTAL, cells.money),
            subsidy_fen=reader.optional("subsidy_fen", book.SUBSIDY, cells.money),
            budget=reader.budget(),
        )
    master_id = reader.get("master_id", book.IDENTITY, cells.identity, "", required=False)
    if reader.problems:
        raise InvalidInput(*reader.problems)
    return Correction(after, master_id)


class _Reader:
    """Takes texts from the form, and collects what is wrong with them."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self.problems: list[Problem] = []

    def get(
        self, name: str, label: str, read: Callable[[Cell], _T], otherwise: _T, *, required: bool = True
    ) -> _T:
        """One single text as `read` takes it."""
        return self._value(label, self._form.texts.get(name, ""), read, otherwise, required=required)

    def optional(self, name: str, label: str, read: Callable[[Cell], int | None]) -> int | None:
        """A figure that may be missing."""
        return self.get(name, label, read, None, required=False)

    def prose(self, name: str, label: str, *, required: bool = True, lines: bool = False) -> str:
        """Words, not longer than the workbook takes."""
        return self.get(name, label, _prose(label, lines), "", required=required)

    def choice(self, name: str, label: str, otherwise: _E) -> _E:
        """One of an enumeration."""
        return self.get(name, label, partial(_member, type(otherwise)), otherwise)

    def statements(self, criteria: Mapping[str, str]) -> Mapping[str, str]:
        """A statement on every criterion."""
        typed, read = self._form.statements, _prose(book.STATEMENT, lines=True)
        return {
            id_: self._value(f"{id_} {name}", typed.get(id_, ""), read, "") for id_, name in criteria.items()
        }

    def team(self) -> tuple[Member, ...]:
        """The rows of the team that have a name."""
        return tuple(
            self._person(_("团队第 {row} 行").format(row=row), name, employment)
            for row, (name, employment) in enumerate(self._form.team, start=1)
            if name.strip()
        )

    def budget(self) -> tuple[BudgetLine, ...]:
        """The rows of the budget that say anything besides their category."""
        return tuple(
            self._line(_("预算第 {row} 行").format(row=row), *texts)
            for row, texts in enumerate(self._form.budget, start=1)
            if any(text.strip() for text in texts[1:])
        )

    def _person(self, place: str, name: str, employment: str) -> Member:
        kind = partial(_member, EmploymentKind)
        return Member(
            self._value(place + book.MEMBER, name, _prose(book.MEMBER), ""),
            self._value(place + book.EMPLOYMENT, employment, kind, EmploymentKind.FORMAL),
        )

    def _line(self, place: str, category: str, item: str, amount: str, note: str) -> BudgetLine:
        kind = partial(_member, BudgetCategory)
        return BudgetLine(
            self._value(place + book.CATEGORY, category, kind, BudgetCategory.EQUIPMENT),
            self._value(place + book.ITEM, item, _prose(book.ITEM), ""),
            self._value(place + book.AMOUNT, amount, cells.money, 0),
            self._value(place + book.NOTE, note, _prose(book.NOTE), "", required=False),
        )

    def _value(
        self, label: str, text: str, read: Callable[[Cell], _T], otherwise: _T, *, required: bool = True
    ) -> _T:
        if not text.strip():
            if required:
                self.problems.append(Problem(label, "", _("必填。")))
            return otherwise
        try:
            return read(Cell("s", text))
        except Wrong as wrong:
            shown = cells.masked(text.strip()) if label == book.IDENTITY else text[:60]
            self.problems.append(Problem(label, shown, str(wrong)))
            return otherwise


def _prose(label: str, lines: bool = False) -> Callable[[Cell], str]:
    return partial(cells.prose, longest=book.LONGEST[label], lines=lines)


def _member(kind: type[_E], cell: Cell) -> _E:
    try:
        return kind(cell.value)
    except ValueError:
        raise Wrong(_("请选择一项。")) from None
