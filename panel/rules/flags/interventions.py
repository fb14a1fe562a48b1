"""F9 and F13: what was decided against the usual course of a round, and criteria that changed under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from panel.rules.flags.facts import Act, Facts, Flag, Rule, What

_ACTS: Mapping[str, tuple[What, Callable[[Act, int], bool]]] = {
    "sheet.return": (What.RETURNED, lambda _act, _scoring: True),
    "sheet.void": (What.VOIDED, lambda _act, _scoring: True),
    "round.stage": (What.FORCED, lambda act, _scoring: bool(act.data.get("missing"))),
    "recusal.decide": (What.LATE_RECUSAL, lambda act, _scoring: bool(act.data.get("late"))),
    "expert.select": (What.BY_HAND, lambda _act, _scoring: True),
    "expert.absent": (What.LATE_ABSENCE, lambda act, scoring: act.index > scoring),
    "application.withdraw": (What.LATE_WITHDRAWAL, lambda act, scoring: act.index > scoring),
}
"""What counts, and when, given the entry with which scoring began."""


def find(facts: Facts) -> Iterator[Flag]:
    """One flag for each such act."""
    scoring = facts.began("scoring")
    last = max((act.index for act in facts.acts), default=0)
    repeated = _repeated(facts)
    for act in facts.of(*_ACTS):
        what, counts = _ACTS[act.act]
        if act.index not in repeated and counts(act, last if scoring is None else scoring):
            yield Flag(
                rule=Rule.INTERVENTION,
                what=what,
                people=_people(act),
                applications=_applications(act),
                numbers={"missing": _count(act.data.get("missing", ()))},
                entries=(act.index,),
            )


def _repeated(facts: Facts) -> set[int]:
    """The opening, where nothing is missing in it that was not missing when scoring was closed.

    A sheet given back in between may be. Of lists that are gone the lengths are compared.
    """
    stages = {act.data["stage"]: act for act in facts.of("round.stage")}
    if not {"closed", "opened"} <= stages.keys():
        return set()
    before, after = (stages[stage].data.get("missing", ()) for stage in ("closed", "opened"))
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        same = _count(after) <= _count(before)
    else:
        same = set(after) <= set(before)
    return {stages["opened"].index} if same else set()


def criteria(facts: Facts) -> Iterator[Flag]:
    """A result or a stored policy that is not the policy with which scoring began."""
    started = next(
        (act for act in facts.of("round.stage") if act.data["stage"] == "scoring" and "policy" in act.data),
        None,
    )
    if started is None:
        return
    frozen = started.data["policy"]
    other = [act.index for act in facts.of("ranking.compute") if act.data["policy"] != frozen]
    if other or facts.stored_policy != frozen:
        yield Flag(
            rule=Rule.CRITERIA,
            what=What.OTHER_POLICY,
            numbers={"results": len(other)},
            entries=(started.index, *other),
        )


def _people(act: Act) -> tuple[str, ...]:
    """The expert concerned."""
    if act.act in ("round.stage", "application.withdraw"):
        return ()
    return (act.expert,)


def _applications(act: Act) -> tuple[str, ...]:
    if act.act.startswith("sheet.") or act.act == "application.withdraw":
        return (act.application,)
    return tuple(str(act.data.get("target", "")).split())  # numbers, which hold no space


def _count(missing: object) -> int:
    """How many; a list that is gone still tells its length."""
    if isinstance(missing, Mapping):
        return int(missing["count"])
    return len(missing) if isinstance(missing, list | tuple) else 0
