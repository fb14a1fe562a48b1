"""What the pages about panel, draws, conflicts and progress show, to the secretary and to the inspector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from panel.errors import NotFound
from panel.language import _
from panel.queries import applications, conflicts, draws, panelists
from panel.queries.conflicts import ConflictView, Decision, Matrix
from panel.queries.dossiers import people
from panel.queries.draws import DrawView
from panel.queries.panelists import PanelistView, PoolExpert
from panel.rules.applications import Track
from panel.rules.conflicts import Reach
from panel.rules.criteria import Policy
from panel.rules.sheets import SheetState
from panel.rules.stages import Stage
from panel.sentences.conflicts import sentence
from panel.web import current

Context = dict[str, Any]
View = TypeVar("View")


@dataclass(frozen=True, slots=True)
class Cell:
    """One pair of the conflict matrix: its state, its codes, the sources on hover, and what to decide."""

    state: str
    text: str = ""
    title: str = ""
    conflict_id: int | None = None


def panel(draw_endpoint: str, *, editable: bool) -> Context:
    """The panel: its members, and every attempt to draw it."""
    reader, round_ = current.reader(), current.round_()
    members = panelists.of_round(reader, round_.id)
    present = [member for member in members if not member.absent]
    return {
        "members": members,
        "present": present,
        "chair": next((member for member in present if member.chair), None),
        "draws": draws.of_round(reader, round_.id),
        "faults": draws.faults(reader, round_.id),
        "unsought": conflicts.unrecorded(reader, _policy(), round_),
        "policy": _policy(),
        "draw_endpoint": draw_endpoint,
        "editable": editable,
    }


def member(number: str) -> PanelistView:
    """One member of the panel."""
    return _one(
        [seat for seat in panelists.of_round(current.reader(), current.round_().id) if seat.number == number]
    )


def draw(attempt: int, *, editable: bool) -> Context:
    """One draw as anybody can repeat it."""
    reader, round_ = current.reader(), current.round_()
    several = draws.of_round(reader, round_.id)
    view = _one([one for one in several if one.attempt == attempt])
    return {
        "draw": view,
        "names": _names(view),
        "faults": [fault for fault in draws.faults(reader, round_.id) if fault.attempt == attempt],
        "editable": editable,
    }


def conflict_board(*, editable: bool) -> Context:
    """Conflicts and recusals: what waits, who against what, and what was decided."""
    reader, round_ = current.reader(), current.round_()
    several = conflicts.of_round(reader, round_.id)
    decided = list(reversed(conflicts.decisions(reader, round_.id)))
    waiting = [view for view in several if view.on_panel and not view.settled]
    grid = conflicts.matrix(reader, round_.id)
    return {
        # What an expert declared comes first: it hides the application until somebody decides.
        "waiting": sorted(waiting, key=lambda view: not view.declared),
        "others": [view for view in several if not view.on_panel],
        "settled": [view for view in several if view.on_panel and view.settled],
        "decided": decided,
        "people": people(reader, [decision.decided_by for decision in decided]),
        "grid": grid,
        "cells": _cells(grid, decided),
        "unsought": conflicts.unrecorded(reader, _policy(), round_),
        "sentence": sentence,
        "Reach": Reach,
        "Track": Track,
        "editable": editable,
    }


def conflict(conflict_id: int) -> ConflictView:
    """One conflict on record."""
    several = conflicts.of_round(current.reader(), current.round_().id)
    return _one([view for view in several if view.id == conflict_id])


def decision(decision_id: int) -> Decision:
    """One decision about a recusal."""
    several = conflicts.decisions(current.reader(), current.round_().id)
    return _one([one for one in several if one.id == decision_id])


def progress_board(*, editable: bool) -> Context:
    """Who has handed in how many sheets; never what stands in them."""
    reader, round_ = current.reader(), current.round_()
    lines = panelists.sheets(reader, round_.id)
    entered = applications.plain(reader, round_.id)
    given = {application for _expert, application in lines}
    members = panelists.of_round(reader, round_.id)
    present = {seat.number for seat in members if not seat.absent}
    counted = [
        (expert, line.state)
        for (expert, _application), line in lines.items()
        if line.state is not SheetState.VOID and not line.withdrawn
    ]
    done = sum(state is SheetState.SUBMITTED for _expert, state in counted)
    missing = sum(state is SheetState.DRAFT and expert in present for expert, state in counted)
    return {
        "members": members,
        "present": present,
        "sheets": lines,
        "entries": sorted(
            (entry for number, entry in entered.items() if number in given),
            key=lambda entry: list(Track).index(entry.track),
        ),
        "done": done,
        "missing": missing,
        "under_way": round_.stage is Stage.SCORING,
        "void": sum(line.state is SheetState.VOID for line in lines.values()),
        "SheetState": SheetState,
        "Track": Track,
        "editable": editable,
    }


def experts(*, editable: bool, words: str = "", panel_only: bool = False) -> Context:
    """The file of experts with their accounts, filtered."""
    several = panelists.pool(current.reader(), current.round_().id, current.office().clock())
    return {
        "everything": several,
        "experts": [one for one in several if _wanted(one, words, panel_only)],
        "words": words,
        "panel_only": panel_only,
        "AccountState": panelists.AccountState,
        "editable": editable,
    }


def _wanted(expert: PoolExpert, words: str, panel_only: bool) -> bool:
    plain = expert.plain
    said = " ".join((plain.number, plain.name, plain.employer, plain.title, *plain.specialities))
    return (expert.on_panel or not panel_only) and words.casefold() in said.casefold()


def _names(view: DrawView) -> dict[str, PoolExpert]:
    several = panelists.pool(current.reader(), current.round_().id, current.office().clock())
    named = {*view.pool.experts, *(out.expert for out in view.pool.exclusions)}
    return {one.plain.number: one for one in several if one.plain.number in named}


def _cells(grid: Matrix, decided: list[Decision]) -> dict[tuple[str, str], Cell]:
    pairs = grid.recused | grid.conflicts.keys()
    return {pair: _cell(pair, grid, decided) for pair in pairs}


def _cell(pair: tuple[str, str], grid: Matrix, decided: list[Decision]) -> Cell:
    several = grid.conflicts.get(pair, ())
    waiting = [view for view in several if not view.settled]
    codes = " ".join(dict.fromkeys(view.code.value for view in waiting or several))
    sources = [sentence(view.code, view.facts, view.strength) for view in several]
    reasons = [
        _("决定理由：{reason}").format(reason=decision.reason)
        for decision in decided
        if decision.in_force and decision.expert == pair[0] and pair[1] in decision.covers
    ]
    title = "\n".join([*sources, *reasons])
    if waiting:
        state = "declared" if any(view.declared for view in waiting) else "found"
        return Cell(state, codes, title, waiting[0].id)
    return Cell("recused" if pair in grid.recused else "cleared", codes, title)


def _policy() -> Policy:
    return current.office().policy_named(current.reader(), current.round_().policy_digest)


def _one(found: list[View]) -> View:
    if not found:
        raise NotFound("no such thing in this round")
    return found[0]
