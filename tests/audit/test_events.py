"""The closed vocabulary of the trail."""

from __future__ import annotations

from dataclasses import fields

import pytest

from panel.audit import events
from panel.audit.events import VOCABULARY, AccountDisabled, Event, ResultRead, Said, StageChanged

KINDS = [
    kind
    for kind in vars(events).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
]


def test_every_kind_of_event_has_a_name_of_its_own() -> None:
    assert len({kind.act for kind in KINDS}) == len(KINDS)
    assert {kind.act: kind for kind in KINDS} == VOCABULARY


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.act)
def test_an_event_is_named_by_its_thing_and_its_verb(kind: type[Event]) -> None:
    assert kind.act == "refused" or kind.act.count(".") == 1
    assert kind.act.replace(".", "").replace("_", "").isalpha()
    assert kind.__doc__


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.act)
def test_no_event_can_carry_a_name_a_number_of_a_person_or_a_score(kind: type[Event]) -> None:
    # Figures are counts; what people say or are called is only ever there by its digest.
    assert {field.type for field in fields(kind)} <= {"str", "int", "bool", "tuple[str, ...]", "Said"}
    figures = {field.name for field in fields(kind) if field.type == "int"}
    assert figures <= {
        "sessions",
        "size",
        "problems",
        "rows",
        "attempt",
        "found",
        "sheets",
        "ballots",
        "damages",
        "seconds",
        "devices",
        "files",
        "file",
        "pages",
        "page",
        "boxes",
        "version",
    }
    assert not {field.name for field in fields(kind)} & {"name", "phone", "points", "score", "value", "login"}


def test_words_of_people_are_told_apart_from_codes() -> None:
    assert AccountDisabled.texts() == ("reason",)
    assert ResultRead.texts() == ()


def test_what_is_empty_is_left_out() -> None:
    assert StageChanged(stage="closed", mode="one_person").data() == {"stage": "closed", "mode": "one_person"}
    full = StageChanged(stage="opened", mode="x", policy="p", missing=("E1/S01",), reason=Said("到期"))
    assert full.data() == {
        "stage": "opened",
        "mode": "x",
        "policy": "p",
        "missing": ("E1/S01",),
        "reason": "到期",
    }
    assert ResultRead().data() == {}
