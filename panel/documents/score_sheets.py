"""The signed score sheet (评分表) of one expert: the official form on paper, always in Chinese."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from panel.clock import OFFICE_ZONE
from panel.documents import typesetting
from panel.documents.typesetting import Plain
from panel.language import SOURCE, speaking
from panel.queries.blind import Receipt, SheetView
from panel.queries.signatures import SignatureView
from panel.rules import rounding
from panel.rules.criteria import Criterion, Unit
from panel.rules.sheets import Given
from panel.rules.signatures import HEIGHT, WIDTH, Manner
from panel.sentences import figures
from panel.vocabulary import term

FORM = "score_sheet"


@dataclass(frozen=True, slots=True)
class SignedSheet:
    """A sealed sheet with what proves it. `address` is where the receipt is checked without signing in."""

    round_title: str
    expert: str
    expert_name: str
    sheet: SheetView
    receipt: Receipt
    signature: SignatureView | None
    address: str


def render(signed: SignedSheet) -> bytes:
    """The sheet as a PDF, dated as it was sealed: the same bytes whenever it is asked for."""
    with speaking(SOURCE):
        return typesetting.pdf(FORM, _content(signed), signed.receipt.at)


def name(signed: SignedSheet) -> str:
    """What the file is called."""
    return f"评分表-{signed.sheet.code}-{signed.expert}.pdf"


def _content(signed: SignedSheet) -> dict[str, Plain]:
    sheet, receipt = signed.sheet, signed.receipt
    return {
        "title": f"评分表 {sheet.code} {signed.expert}",
        "round": signed.round_title,
        "code": sheet.code,
        "track": term(sheet.track.track),
        "subject": subject(sheet),
        "expert": f"{signed.expert}　{signed.expert_name}",
        "revision": str(sheet.revision),
        "rows": list(_rows(sheet)),
        "total": points(sheet.total),
        "maximum": points(sheet.track.maximum),
        "signature": _signature(signed.signature),
        "date": day(receipt),
        "entry": str(receipt.entry),
        "seal": receipt.commitment,
        "leaf": receipt.leaf,
        "size": str(receipt.point.size),
        "root": receipt.point.root,
        "signed_point": receipt.point.signed,
        "at": f"{day(receipt)} {receipt.at.astimezone(OFFICE_ZONE):%H:%M:%S}（北京时间）",
        "qr": typesetting.code_picture(signed.address),
    }


def subject(sheet: SheetView) -> str:
    """How the expert knows the application: in a named track by who applies, in a coded one by what for."""
    applicant = sheet.material.applicant
    who = (applicant.unit, applicant.branch, applicant.master) if applicant else ()
    return " · ".join(filter(None, (sheet.material.title, *who)))


def points(value: int | None) -> str:
    """Points as they were given, without needless zeros."""
    return "–" if value is None else rounding.text(value, rounding.POINT_PLACES).rstrip("0").rstrip(".")


def day(receipt: Receipt) -> str:
    """The day of the sealing in the office's zone."""
    return figures.day(receipt.at.astimezone(OFFICE_ZONE).date())


def _rows(sheet: SheetView) -> Iterator[Plain]:
    """A row for each criterion; one that has items is followed by theirs, and shows their sum."""
    for criterion in sheet.track.criteria:
        units = criterion.units()
        if len(units) > 1:
            yield _sum(criterion, [sheet.given[unit.id] for unit in units])
        for unit in units:
            yield _row(unit, sheet.given[unit.id], "item" if len(units) > 1 else "single")


def _sum(criterion: Criterion, given: list[Given]) -> Plain:
    return {
        "kind": "criterion",
        "name": criterion.name.zh,
        "maximum": points(sum(unit.maximum for unit in criterion.units())),
        "points": points(sum(one.points or 0 for one in given)),
        "band": "",
        "comment": "",
    }


def _row(unit: Unit, given: Given, kind: str) -> Plain:
    return {
        "kind": kind,
        "name": unit.name.zh,
        "maximum": points(unit.maximum),
        "points": points(given.points),
        "band": "" if given.points is None else unit.band_of(given.points).title.zh,
        "comment": given.comment,
    }


def _signature(view: SignatureView | None) -> Plain:
    """How it was signed; on paper there is a line to sign on."""
    if view is None:
        return {"picture": None, "name": "", "manner": "", "digest": ""}
    signature = view.signature
    drawn = signature.manner is Manner.DRAWN
    return {
        "picture": typesetting.line_picture(signature.path, WIDTH, HEIGHT) if drawn else None,
        "name": signature.name,
        "manner": term(signature.manner),
        "digest": view.digest,
    }
