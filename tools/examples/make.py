"""Make the files of `examples/` again, byte for byte: `python -m tools.examples.make [DIRECTORY]`."""

from __future__ import annotations

import csv
import hashlib
import io
import sys
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from panel.documents import applications, experts
from panel.documents.applications import ImportedApplication, ImportedStudio, IntakeApplications, terms
from panel.documents.experts import RELATION_TERMS, ImportedExpert
from panel.rules.applications import (
    REQUIRED_MATERIALS,
    Application,
    BudgetCategory,
    BudgetLine,
    CertificateLevel,
    EmploymentKind,
    Material,
    Member,
    OccupationState,
    ProjectKind,
    Studio,
    Track,
)
from panel.rules.experts import Employment, Expert, Relation
from panel.rules.policies import read_policy
from panel.vocabulary import TERMS
from tools.examples import scores

HERE = Path(__file__).parent
EXAMPLES = HERE.parent.parent / "examples"


def source(name: str) -> dict[str, Any]:
    """One of the hand-written files beside this script."""
    with (HERE / name).open("rb") as file:
        return tomllib.load(file)


POLICY = read_policy((HERE.parents[1] / "config" / "criteria.toml").read_text(encoding="utf-8"))
CRITERIA: applications.Criteria = {
    name: tuple((criterion.id, criterion.name.zh) for criterion in track.criteria)
    for name, track in POLICY.tracks.items()
}
NOWHERE = "000000"
"""A region that was never given out: no person and no unit can have such a code."""

LISTED = TERMS[OccupationState][OccupationState.LISTED]


def identity(birth: str, serial: str) -> str:
    """An ID number that nobody has, with its check digit (GB 11643)."""
    body = NOWHERE + birth + serial
    total = sum(int(digit) * (2 ** (17 - at) % 11) for at, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def unit_code(unit: str) -> str:
    """A social credit code that no unit has, with both its check digits (GB 11714, GB 32100)."""
    eight = f"{int.from_bytes(hashlib.sha256(unit.encode()).digest()[:8], 'big') % 10**8:08d}"
    weighted = sum(
        int(digit) * weight for digit, weight in zip(eight, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    body = "91" + NOWHERE + eight + "0123456789X0"[(11 - weighted % 11) % 11]
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(sign) * pow(3, at, 31) for at, sign in enumerate(body))
    return body + alphabet[-total % 31]


def fen(yuan: float) -> int:
    """Exact: the amounts in the sources have two decimals at most."""
    return int(Decimal(str(yuan)) * 100)


def studio_values(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What a studio's row and the rows of its projects have in common."""
    return {
        "unit": entry["unit"],
        "unit_code": unit_code(entry["unit"]),
        "parent_unit": entry.get("parent", ""),
        "branch": entry.get("branch", ""),
        "address": entry["address"],
        "in_district": entry.get("in_district", True),
        "master_name": entry["master"],
        "master_last4": identity(*entry["id"])[-4:],
        "occupation": entry["occupation"],
        "occupation_state": terms(OccupationState)[entry.get("state", LISTED)],
        "certificate": terms(CertificateLevel)[entry["certificate"]],
        "exception": entry.get("exception", ""),
        "team": tuple(Member(name, terms(EmploymentKind)[kind]) for name, kind in entry["team"]),
    }


def texts(entry: Mapping[str, Any], track: Track) -> dict[str, Any]:
    """The words of an application, and the papers handed in with it."""
    missing = {Material(code) for code in entry.get("materials_missing", ())}
    return {
        "number": entry["number"],
        "track": track,
        "summary": entry["summary"],
        "statements": {id_: entry[id_] for id_, _ in CRITERIA[track]},
        "materials": frozenset(REQUIRED_MATERIALS[track]) - missing,
    }


def project_values(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What only a project has."""
    return {
        "linked_studio": entry["linked"],
        "title": entry["title"],
        "kind": terms(ProjectKind)[entry["kind"]],
        "months": entry["months"],
        "total_fen": fen(entry["total"]),
        "subsidy_fen": fen(entry["subsidy"]),
        "budget": tuple(
            BudgetLine(terms(BudgetCategory)[category], item, fen(amount), note)
            for category, item, amount, note in entry["budget"]
        ),
    }


def intake() -> IntakeApplications:
    """The workbook of applications: S01-S09, P01-P18, and the existing studios X01-X09."""
    new, existing = source("studios.toml")["application"], source("existing.toml")["studio"]
    hosts = {entry["number"]: entry for entry in new + existing}
    entered = [
        ImportedApplication(
            Application(**texts(entry, Track.STUDIO), **studio_values(entry)), identity(*entry["id"])
        )
        for entry in new
    ]
    for entry in source("projects.toml")["application"]:
        host = hosts[entry["linked"]]
        values = texts(entry, Track.PROJECT) | studio_values(host) | project_values(entry)
        entered.append(ImportedApplication(Application(**values), identity(*host["id"])))
    return IntakeApplications(tuple(entered), tuple(map(existing_studio, existing)))


def existing_studio(entry: Mapping[str, Any]) -> ImportedStudio:
    """One studio of the register, as of the day of the call."""
    studio = Studio(
        number=entry["number"],
        unit=entry["unit"],
        unit_code=unit_code(entry["unit"]),
        master_name=entry["master"],
        occupation=entry["occupation"],
        running=True,
        parent_unit=entry.get("parent", ""),
        master_last4=identity(*entry["id"])[-4:],
    )
    return ImportedStudio(studio, identity(*entry["id"]))


def pool() -> tuple[ImportedExpert, ...]:
    """The workbook of experts."""
    return tuple(map(expert, source("experts.toml")["expert"]))


def expert(entry: Mapping[str, Any]) -> ImportedExpert:
    """One expert with the employers and relations on file."""
    jobs = [Employment(*job) for job in entry.get("past", ())]
    value = Expert(
        number=entry["number"],
        name=entry["name"],
        employer=entry["employer"],
        employer_code=unit_code(entry["employer"]),
        employer_parent=entry.get("parent", ""),
        title=entry["title"],
        specialities=tuple(entry["specialities"]),
        employments=(*jobs, Employment(entry["employer"], entry["since"])),
        relations=tuple(
            Relation(RELATION_TERMS[kind], towards, note)
            for kind, towards, note in entry.get("relations", ())
        ),
    )
    return ImportedExpert(value, identity(*entry["id"]) if "id" in entry else "")


def points(value: Fraction) -> str:
    """Half points as an expert writes them: 24 or 13.5."""
    return f"{float(value):g}"


def score_rows() -> Iterator[tuple[str, ...]]:
    """Every single score: valid sheets by application and expert, then the two voided ones."""
    comments = source("comments.toml")
    sheets = [(a, e, sheet, "valid") for a, by in scores.everything().items() for e, sheet in by.items()]
    sheets += [(a, e, sheet, "void") for a, e, sheet in scores.voided()]
    for application, expert, sheet, state in sheets:
        for criterion, value in sheet.items():
            comment = comments.get(application, {}).get(f"{expert}.{criterion}", "")
            yield expert, application, criterion, points(value), comment, state


def score_file() -> bytes:
    """`scores-2026.csv`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("expert", "application", "criterion", "points", "comment", "sheet"))
    writer.writerows(score_rows())
    return out.getvalue().encode()


def files() -> dict[str, bytes]:
    """Every generated file by its name."""
    return {
        "applications-2026.xlsx": applications.write(CRITERIA, intake()),
        "experts-2026.xlsx": experts.write(pool()),
        "scores-2026.csv": score_file(),
    }


def main(directory: Path = EXAMPLES) -> None:
    """Write them all."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (directory / name).write_bytes(content)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
