"""The live trail (实时留痕): the newest entries, kept new on the open page, and every entry by itself."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

from flask import Blueprint, Response, make_response, render_template, request, session

from panel import language
from panel.errors import NotFound
from panel.language import _
from panel.queries import names, rounds, trail
from panel.queries.trail import EntryDetail
from panel.rules.permissions import Action
from panel.rules.stages import ORDER
from panel.sentences.events import KINDS
from panel.services import watching
from panel.vocabulary import term
from panel.web import current, forms
from panel.web.access import allow
from panel.web.formats import second
from panel.web.inspector import presence
from panel.web.inspector.days import by_day
from panel.web.inspector.filters import Chosen, chosen

blueprint = Blueprint("inspector_log", __name__, url_prefix="/inspector")

_AFTER, _TIME = "Panel-After", "Panel-Time"


@blueprint.get("/")
@allow(Action.WATCH)
def home() -> str:
    """The trail, newest first; opening it is recorded, what then arrives on the open page is not."""
    watching.log(current.office(), current.actor())
    reader, filters = current.reader(), chosen()
    before = request.args.get("before", type=forms.whole)
    length = trail.size(reader)
    page = trail.page(reader, filters.wanted, before=length if before is None else before)
    return render_template(
        "inspector/log.html",
        days=by_day(page.entries),
        older=page.older,
        live=before is None,
        after=length - 1,
        tag=_tag(length, filters),
        filters=filters,
        now=current.office().clock(),
        people=[
            (one.id, one.name + (_("（{}）").format(one.role) if one.role else ""))
            for one in names.people(reader)
        ],
        periods=_periods(),
        **presence.context(),
        kinds=[(kind.value, _(text)) for kind, text in KINDS.items()],
    )


@blueprint.get("/feed")
@allow(Action.WATCH)
def feed() -> Response:
    """What came after the newest entry on the open page, or in two bytes of header that nothing did."""
    if "active" not in request.args:
        # A page that asks by itself is nobody at work: an unattended screen locks all the same.
        session.modified = False
    reader, filters = current.reader(), chosen()
    length = trail.size(reader)
    if request.if_none_match.contains(_tag(length, filters)):
        return _answer(Response(status=304), length, filters)
    after = request.args.get("after", default=length - 1, type=forms.whole)
    arrived = trail.news(reader, filters.wanted, after=after, before=length).entries
    full = len(arrived) == trail.PAGE
    page = make_response(render_template("inspector/_feed.html", days=by_day(arrived)))
    return _answer(page, arrived[0].index + 1 if full else length, filters)


@blueprint.get("/entries/<int:index>")
@allow(Action.WATCH)
def entry(index: int) -> str:
    """One entry: what it says, its exact bytes, and the proof that it stands in the trail."""
    if trail.size(current.reader()) <= index:
        raise NotFound("no such entry")
    watching.entry(current.office(), current.actor(), index)
    found = trail.entry(current.reader(), index)
    if found is None:
        raise NotFound("no such entry")
    return render_template("inspector/entry.html", entry=found, ladder=_ladder(found))


def _answer(response: Response, seen: int, filters: Chosen) -> Response:
    """`seen` entries of the trail are on the page when this answer has been put into it."""
    response.set_etag(_tag(seen, filters))
    response.headers[_AFTER] = str(seen - 1)
    response.headers[_TIME] = second(current.office().clock())
    return response


def _tag(seen: int, filters: Chosen) -> str:
    worded = f"{language.current()} {sorted(filters.fields.items())}"
    return f"{seen}-{crc32(worded.encode()):08x}"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the way to the root: what stands beside, and the entries that both cover together."""

    first: int
    last: int
    left: bool
    hash: str
    joined: tuple[int, int]


def _ladder(found: EntryDetail) -> list[Rung]:
    first = last = found.view.index
    rungs = []
    for beside in found.proof.path if found.proof else ():
        end = beside.first + beside.count - 1
        first, last = min(first, beside.first), max(last, end)
        rungs.append(Rung(beside.first, end, beside.left, beside.hash.hex(), (first, last)))
    return rungs


def _periods() -> list[tuple[str, str]]:
    """Every round, and each of its stages."""
    choices = []
    for round_ in rounds.everyone(current.reader()):
        choices.append((str(round_.id), round_.title))
        choices += [(f"{round_.id}:{stage}", f"{round_.code} · {term(stage)}") for stage in ORDER]
    return choices
