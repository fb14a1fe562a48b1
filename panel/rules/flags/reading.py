"""F7: a sheet that was scored before its application had been opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from panel.rules.flags.facts import Facts, Flag, Rule, What


def find(facts: Facts) -> Iterator[Flag]:
    """One flag for each expert who saved a score on an unopened application."""
    read: set[str] = set()
    saved: set[str] = set()
    unread: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for act in facts.of("sheet.read", "sheet.save"):
        if act.act == "sheet.read":
            read.add(act.subject)
            continue
        saved.add(act.subject)
        if act.subject not in read:
            unread[act.expert].setdefault(act.application, act.index)
    for expert, sheets in unread.items():
        yield Flag(
            rule=Rule.UNREAD,
            what=What.UNREAD,
            people=(expert,),
            applications=tuple(sheets),
            numbers={"sheets": len(sheets), "of": sum(one.startswith(f"{expert}/") for one in saved)},
            entries=tuple(sheets.values()),
        )
