"""An own sheet: the material beside the criteria, a save after each tap, and the sealing."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from itertools import pairwise

import segno
from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from panel.errors import InvalidInput, NotFound, StaleVersion
from panel.language import _
from panel.language import current as locale
from panel.queries import blind, signatures
from panel.queries.blind import Card, Receipt, Seat, SheetView
from panel.queries.signatures import SignatureView
from panel.rules.criteria import Criterion, Unit
from panel.rules.permissions import Action
from panel.rules.phrases import MOST, phrases
from panel.rules.sheets import MAX_COMMENT, Given, Lack, SheetState, Span, lack, spans
from panel.sentences.articles import article
from panel.services import saves, score_sheets, sheets
from panel.web import current, forms, receipts
from panel.web.access import allow, asked_within
from panel.web.expert import seats
from panel.web.expert.queue import OPEN
from panel.web.formats import minute, short_points

blueprint = Blueprint("expert_sheets", __name__, url_prefix="/expert/rounds/<code>/sheets/<blind_code>")

VERSION_HEADER, TIME_HEADER, STALE_HEADER = "Panel-Version", "Panel-Saved", "Panel-Stale"
TOTAL_HEADER = "Panel-Total"


@dataclass(frozen=True, slots=True)
class Field:
    """One unit of the sheet as the page shows it."""

    unit: Unit
    given: Given
    spans: tuple[Span, ...]
    lack: Lack | None

    @property
    def band(self) -> str:
        """The band in which the points fall, or nothing."""
        return "" if self.given.points is None else self.unit.band_of(self.given.points).name.value


@dataclass(frozen=True, slots=True)
class Section:
    """One criterion of the sheet with its fields: itself, or its items."""

    criterion: Criterion
    fields: tuple[Field, ...]


@blueprint.get("")
@allow(Action.SEE_OWN_SHEET)
def show(code: str, blind_code: str) -> str | Response:
    """The sheet; that its expert looked at it is noted once a session."""
    seat = seats.own()
    if seat.pledged_at is None:
        return seats.to_pledge()
    view = _sheet(seat, blind_code)
    current.close_reader()
    sheets.opened(current.office(), current.actor(), round_code=code, blind_code=blind_code)
    return _page(seat, view)


@blueprint.post("/scores/<unit>")
@allow(Action.SAVE_SCORE)
@asked_within
def save(code: str, blind_code: str, unit: str) -> Response:
    """Save one unit; answers that unit's state line, and in headers how the sheet stands."""
    current.close_reader()
    try:
        saved = saves.save(
            current.office(),
            current.actor(),
            round_code=code,
            blind_code=blind_code,
            unit=unit,
            points=request.form.get("points", ""),
            comment=request.form.get("comment", ""),
            # What makes no sense is refused there, after whoever may not save at all.
            version=request.form.get("version", 0, type=int),
            key=request.form.get("key", ""),
        )
    except StaleVersion as refusal:
        return _choice(blind_code, refusal)
    # Rendered by itself: this small answer needs nothing of what every page is given.
    partial = current_app.jinja_env.get_template("expert/_saved.html")
    time = minute(saved.at)
    answer = make_response(partial.render(state_text=_("已保存 {time}").format(time=time)))
    answer.headers[VERSION_HEADER] = str(saved.version)
    answer.headers[TOTAL_HEADER] = short_points(saved.total)
    answer.headers[TIME_HEADER] = time
    return answer


@blueprint.post("/submit")
@allow(Action.SUBMIT_SHEET)
def submit(code: str, blind_code: str) -> Response | tuple[str, int]:
    """Go and sign the sheet, or show what is missing."""
    version = forms.number("version", _("版本"), least=1)
    current.close_reader()
    try:
        sheets.check(
            current.office(), current.actor(), round_code=code, blind_code=blind_code, version=version
        )
    except InvalidInput:
        seat = seats.own()
        return _page(seat, _sheet(seat, blind_code), show_missing=True), 422
    except StaleVersion as refusal:
        seat = seats.own()
        return _page(seat, _sheet(seat, blind_code), problem=refusal.message), 409
    return redirect(url_for("expert_signing.show", code=code, sheet=blind_code), 303)


@blueprint.get("/paper.pdf")
@allow(Action.SEE_OWN_SHEET)
def paper(code: str, blind_code: str) -> Response:
    """One's own signed sheet in the official form, as often as one likes."""
    current.close_reader()
    made = score_sheets.own(current.office(), current.actor(), code, blind_code, receipts.address)
    return forms.file(made.name, made.data, "application/pdf")


def _sheet(seat: Seat, blind_code: str) -> SheetView:
    found = blind.sheet(current.reader(), seats.policy(), current.round_().id, seat, blind_code)
    if found is None:
        raise NotFound("no such sheet")
    return found


def _choice(blind_code: str, refusal: StaleVersion) -> Response:
    """What stands on the server, for the page to lay beside what was tapped here."""
    view = _sheet(seats.own(), blind_code)
    page = render_template("expert/_choice.html", sheet=view, fields=_fields(view), message=refusal.message)
    answer = make_response(page, 409)
    answer.headers[STALE_HEADER] = str(view.version)
    return answer


def _page(seat: Seat, view: SheetView, *, show_missing: bool = False, problem: str = "") -> str:
    round_ = current.round_()
    cards = blind.queue(current.reader(), seats.policy(), round_.id, seat)
    codes = [card.code for card in cards]
    writable = {card.code for card in seats.writable(seat, cards)}
    places = [None, *codes, None]
    before = next(one for one, two in pairwise(places) if two == view.code)
    after = next(two for one, two in pairwise(places) if one == view.code)
    return seats.page(
        "expert/sheet.html",
        seat,
        sheet=view,
        sections=_sections(view),
        place=codes.index(view.code) + 1,
        count=len(codes),
        before=before,
        after=after,
        following=_following(cards, codes.index(view.code), writable),
        phrases=_phrases(seat, view),
        editable=view.code in writable,
        show_missing=show_missing,
        problem=problem,
        receipt_picture=_picture(view.receipt),
        signature=_signature(seat, view.receipt),
        article=article,
        max_comment=MAX_COMMENT,
        band_options=_band_options,
        SheetState=SheetState,
        Lack=Lack,
    )


def _following(cards: list[Card], place: int, writable: Container[str]) -> str | None:
    """The next sheet of the queue that is not finished, from here on and around."""
    others = (card for card in cards[place + 1 :] + cards[:place] if card.code in writable)
    return next((card.code for card in others if card.state in OPEN), None)


def _phrases(seat: Seat, view: SheetView) -> dict[str, tuple[str, ...]]:
    """By unit, what its expert wrote about it on other sheets, and then about anything."""
    found = blind.own_scores(current.reader(), seats.policy(), current.round_().id, seat)
    others = [row.given for row in found.get(view.track.track, []) if row.code != view.code]
    about = {unit.id: [given[unit.id].comment for given in others] for unit in view.track.units()}
    general = phrases(comment for comments in about.values() for comment in comments)
    return {
        unit: tuple(dict.fromkeys((*phrases(comments), *general)))[:MOST] for unit, comments in about.items()
    }


def _sections(view: SheetView) -> list[Section]:
    return [
        Section(criterion, tuple(_field(unit, view.given[unit.id]) for unit in criterion.units()))
        for criterion in view.track.criteria
    ]


def _fields(view: SheetView) -> list[Field]:
    return [_field(unit, view.given[unit.id]) for unit in view.track.units()]


def _field(unit: Unit, given: Given) -> Field:
    return Field(unit, given, spans(unit), lack(unit, given))


def _band_options(found: tuple[Span, ...], criterion: str) -> list[dict[str, str]]:
    """The bands of a unit as the band control takes them; each is described by its anchor on the page."""
    return [
        {
            "key": span.band.name.value,
            "text": span.band.title.in_(locale()),
            "range": short_points(span.low)
            if span.low == span.high
            else f"{short_points(span.low)}–{short_points(span.high)}",
            "described": f"anchor-{criterion}-{span.band.name.value}",
        }
        for span in found
    ]


def _signature(seat: Seat, receipt: Receipt | None) -> SignatureView | None:
    if receipt is None:
        return None
    sealed = receipt.commitment
    return signatures.of_document(current.reader(), current.round_().id, seat.expert_id, sealed)


def _picture(receipt: Receipt | None) -> str:
    """The receipt as a QR code, to be photographed or printed: the address at which it is checked."""
    if receipt is None:
        return ""
    return segno.make(receipts.address(receipt.paper), error="m", micro=False).svg_data_uri(scale=3, border=2)
