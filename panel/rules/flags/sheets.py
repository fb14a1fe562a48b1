"""The counted sheets, grouped as several flags need them."""

from __future__ import annotations

from collections import defaultdict

from panel.rules.flags.facts import Facts, Sealed


def by_application(facts: Facts) -> dict[str, list[Sealed]]:
    """The counted sheets on each application."""
    found: defaultdict[str, list[Sealed]] = defaultdict(list)
    for sheet in facts.counted():
        found[sheet.application].append(sheet)
    return dict(found)


def by_expert(facts: Facts) -> dict[str, list[Sealed]]:
    """The counted sheets of each expert."""
    found: defaultdict[str, list[Sealed]] = defaultdict(list)
    for sheet in facts.counted():
        found[sheet.expert].append(sheet)
    return dict(found)
