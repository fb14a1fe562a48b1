"""The applicants (申报单位) behind the applications, and when two names mean the same one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from panel.rules.applications import Application, Studio

_BRACKETS = str.maketrans(dict.fromkeys("[{<【〔〖〈《「『", "(") | dict.fromkeys("]}>】〕〗〉》」』", ")"))
_DROPPED = frozenset("\"'“”‘’")
_INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
_DOTS = str.maketrans("•・‧∙", "····")
_REMARK = re.compile(r"(?P<stem>.+?)(?P<remark>\([^()]*\))?")
_BRANCH = re.compile(r"(?:(?!公司|集团).){0,10}(?:分公司|分厂|分店|分行|分院|分所|分部|分中心|营业部|门店)")
_SHORTEST_UNIT = 4
_HEADQUARTERS = "总部"


@lru_cache(maxsize=8192)
def normalised(name: str) -> str:
    """A name as it is compared: one width, one kind of bracket, no spaces, quotation marks or control
    characters.

    A remark such as （虚构） stays: it is part of the name.
    """
    text = unicodedata.normalize("NFKC", name).translate(_BRACKETS).translate(_DOTS).casefold()
    # Private use (Co) stays: rare characters of names live there.
    return "".join(c for c in text if c not in _DROPPED and unicodedata.category(c) not in _INVISIBLE)


def split_remark(name: str) -> tuple[str, str]:
    """A normalised name without the remark in brackets at its end, and that remark."""
    match = _REMARK.fullmatch(name)
    return (match["stem"], match["remark"] or "") if match else (name, "")


@lru_cache(maxsize=8192)
def head(unit: str, branch: str = "", parent_unit: str = "") -> str:
    """The normalised name of the unit behind a branch; of the unit itself where there is no branch.

    Some write the unit and its branch apart, some write the branch's whole name as the unit.
    """
    stem, remark = split_remark(normalised(unit))
    branch_stem = split_remark(normalised(branch))[0]
    if branch_stem and stem == branch_stem:
        return head(parent_unit or unit)
    if branch_stem:
        stem = stem.removesuffix(branch_stem)
    return (stem.removesuffix(_HEADQUARTERS) or stem) + remark


def branch_site(unit: str, branch: str, parent_unit: str = "") -> str:
    """The normalised name of a branch without the name of its unit before it."""
    stem, site = split_remark(head(unit, branch, parent_unit))[0], split_remark(normalised(branch))[0]
    return site.removeprefix(stem) or site


def is_branch_of(name: str, unit: str) -> bool:
    """Whether a name written in one piece is that of a branch of `unit`; both normalised."""
    (stem, remark), (unit_stem, unit_remark) = split_remark(name), split_remark(unit)
    prefix = unit if stem.startswith(unit) else unit_stem
    if len(unit_stem) < _SHORTEST_UNIT or (remark != unit_remark and prefix != unit):
        return False
    return _BRANCH.fullmatch(stem.removeprefix(prefix)) is not None


def person_name(name: str) -> str:
    """A person's name as it is compared: normalised, without a remark at its end."""
    return split_remark(normalised(name))[0]


def normalised_code(code: str) -> str:
    """A unified social credit code as it is compared."""
    return normalised(code).upper()


def unit_keys(entry: Application | Studio) -> frozenset[str]:
    """What names the legal unit of an application or a studio; two that share a key are the same unit."""
    code = normalised_code(entry.unit_code)
    name = "name:" + head(entry.unit, entry.branch, entry.parent_unit)
    return frozenset((name, "code:" + code) if code else (name,))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who stands in an application; `key` is the keyed hash of the ID number, of masters only."""

    name: str
    is_master: bool
    key: str = ""


@dataclass(frozen=True, slots=True)
class Applicant:
    """One unit with all that it brings to the round: its studios, their projects, its branches.

    `names`, `codes` and `parents` are normalised; `unit` is the name as the first application writes it.
    """

    unit: str
    names: frozenset[str]
    codes: frozenset[str]
    parents: frozenset[str]
    people: tuple[Person, ...]
    applications: tuple[Application, ...]


def applicants(applications: Iterable[Application], studios: Iterable[Studio] = ()) -> tuple[Applicant, ...]:
    """The applications by legal unit, in the order of their first application.

    Applications belong together that share a unit (by code or by name, a branch under its head), and a
    project belongs to its studio; of the existing studios, those count whose project stands in the round.
    """
    entered = tuple(applications)
    linked = {a.linked_studio for a in entered} - {a.number for a in entered}
    entries: list[Application | Studio] = [*entered, *(s for s in studios if s.number in linked)]
    return tuple(_applicant([entries[place] for place in group]) for group in _grouped(entries))


def _grouped(entries: Sequence[Application | Studio]) -> list[list[int]]:
    """The places of the entries that share a key, directly or through others."""
    groups: list[tuple[frozenset[str], list[int]]] = []
    for place, entry in enumerate(entries):
        keys = unit_keys(entry) | _numbers(entry)
        joined = [group for group in groups if keys & group[0]]
        groups = [group for group in groups if not keys & group[0]]
        places = sorted([place, *(earlier for group in joined for earlier in group[1])])
        groups.append((keys.union(*(group[0] for group in joined)), places))
    return sorted(places for _, places in groups)


def _numbers(entry: Application | Studio) -> frozenset[str]:
    linked = entry.linked_studio if isinstance(entry, Application) else ""
    return frozenset("number:" + number for number in (entry.number, linked) if number)


def _applicant(group: Sequence[Application | Studio]) -> Applicant:
    keys = frozenset[str]().union(*map(unit_keys, group))
    spelled = {normalised(name) for entry in group for name in (entry.unit, entry.unit + entry.branch)}
    return Applicant(
        unit=group[0].unit,
        names=frozenset(spelled | {key[5:] for key in keys if key.startswith("name:")}),
        codes=frozenset(key[5:] for key in keys if key.startswith("code:")),
        parents=frozenset(normalised(entry.parent_unit) for entry in group if entry.parent_unit),
        people=tuple(dict.fromkeys(person for entry in group for person in _people(entry))),
        applications=tuple(entry for entry in group if isinstance(entry, Application)),
    )


def _people(entry: Application | Studio) -> tuple[Person, ...]:
    master = Person(entry.master_name, True, entry.master_key)
    team = entry.team if isinstance(entry, Application) else ()
    return (master, *(Person(member.name, False) for member in team))
