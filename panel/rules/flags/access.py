"""F10 and F12: unusual sign-ins, and looks at results that were not due yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from panel.clock import OFFICE_ZONE
from panel.rules.flags.facts import Act, Facts, Flag, Rule, What
from panel.rules.permissions import Action, Role

_SATURDAY = 5
_LOOKS = frozenset({Action.SEE_RESULT, Action.EXPORT_RESULT, "watch.result", "ranking.export"})


def find(facts: Facts) -> Iterator[Flag]:
    """Of each person: several addresses or kinds of devices, and sign-ins outside the usual hours."""
    by_person: defaultdict[str, list[Act]] = defaultdict(list)
    for act in facts.of("account.sign_in"):
        by_person[act.actor].append(act)
    for person, acts in by_person.items():
        addresses = [(act.ip, act.index) for act in acts]
        yield from _several(What.ADDRESSES, person, addresses, facts.policy.flags.sign_in_addresses)
        devices = [(str(act.data.get("client", "")), act.index) for act in acts]
        yield from _several(What.DEVICES, person, devices, facts.policy.flags.sign_in_devices)
        odd = tuple(act.index for act in acts if _off_hours(facts, act))
        if odd:
            yield Flag(
                rule=Rule.SIGN_IN,
                what=What.OFF_HOURS,
                people=(person,),
                numbers={
                    "times": len(odd),
                    "hours_from": facts.policy.flags.hours_from,
                    "hours_until": facts.policy.flags.hours_until,
                },
                entries=odd,
            )


def _several(what: What, person: str, signed_in: list[tuple[str, int]], limit: int) -> Iterator[Flag]:
    """A flag where a person's sign-ins differ in more ways than expected: the first entry of each way."""
    first = {way: index for way, index in reversed(signed_in) if way}
    if len(first) > limit:
        yield Flag(
            rule=Rule.SIGN_IN,
            what=what,
            people=(person,),
            numbers={"different": len(first), "times": len(signed_in), "limit": limit},
            entries=tuple(sorted(first.values())),
        )


def early(facts: Facts) -> Iterator[Flag]:
    """Refused looks at results before opening; and looks after an opening with sheets missing."""
    opened = facts.began("opened")
    for act in facts.acts:
        refused = not act.ok and act.data.get("tried") in _LOOKS
        if refused and (opened is None or act.index < opened):
            yield _flag(What.TRIED, act)
    forced = any(act.data.get("missing") for act in facts.of("round.stage"))
    if forced and opened is not None:
        looks = [act for act in facts.of("watch.result") if act.role == Role.SECRETARY]
        yield from (_flag(What.SEEN_INCOMPLETE, act) for act in looks[:1])


def _flag(what: What, act: Act) -> Flag:
    return Flag(rule=Rule.EARLY_LOOK, what=what, people=(act.actor,), entries=(act.index,))


def _off_hours(facts: Facts, act: Act) -> bool:
    local = act.at.astimezone(OFFICE_ZONE)
    flags = facts.policy.flags
    return local.weekday() >= _SATURDAY or not flags.hours_from <= local.hour < flags.hours_until
