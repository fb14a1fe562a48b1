"""Reading the policy file: its shape, then what its keys must say of each other; all faults at once.

A part with a fault of shape (a track, or all outside the tracks) is cross-checked once its shape is right.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field

from panel.errors import PolicyError, Problem
from panel.rules.applications import Track
from panel.rules.criteria import (
    NAMED_VOTE,
    Band,
    BandName,
    CommentRule,
    Confirmation,
    Criterion,
    Guidance,
    Identity,
    LookBack,
    Method,
    Pledge,
    Policy,
    Regulation,
    Scale,
    TrackPolicy,
    Unit,
    Veto,
    Words,
)
from panel.rules.quantities import Id, PassMark, Percent, Points
from panel.rules.rounding import POINT_PLACES
from panel.rules.rounding import text as decimal
from panel.rules.shapes import Findings, Loc, Shape, shaped
from panel.rules.thresholds import SHIPPED, Thresholds
from panel.scoring.official.methods import METHODS

T = TypeVar("T")


class _ByBand(Shape, Generic[T]):
    excellent: T
    good: T
    fair: T
    poor: T

    def mapping(self) -> Mapping[BandName, T]:
        return MappingProxyType({name: getattr(self, name) for name in BandName})


class _Band(Shape):
    title: Words
    percent: Percent


class _Item(Shape):
    id: Id
    name: Words
    points: Points


class _Criterion(_Item):
    basis: str
    anchors: _ByBand[Words]
    guidance: tuple[Guidance, ...] = ()
    items: tuple[_Item, ...] = ()


class _Track(Shape):
    title: Words
    identity: Identity
    maximum: Points
    step: Points
    pass_mark: PassMark
    cap: Annotated[int, Field(ge=1, le=1000)]
    ladder: tuple[str, ...]
    # An empty key passes here: the cross-check says better than the shape what it should be.
    floors: dict[Annotated[str, Field(min_length=0)], Percent]
    comments: CommentRule
    criteria: tuple[_Criterion, ...]


class _General(Shape):
    schema_: Annotated[Literal[1], Field(alias="schema")]
    name: str
    regulation: Regulation
    valid_from: date
    valid_until: date
    method: Method
    trimmed_min_sheets: Annotated[int, Field(ge=3, le=99)]
    places: Annotated[int, Field(ge=0, le=4)]
    quorum: Annotated[int, Field(ge=1, le=99)]
    confirmation: Confirmation
    panel_size: Annotated[int, Field(ge=1, le=99)]
    min_formal_members: Annotated[int, Field(ge=0, le=99)]
    months_normal: Annotated[int, Field(ge=1, le=120)]
    subsidy_limit_fen: Annotated[int, Field(ge=1, le=10**12)]
    idle_lock_minutes: Annotated[int, Field(ge=1, le=240)]
    lookback_years: LookBack
    bands: _ByBand[_Band]
    pledge: Pledge
    vetoes: tuple[Veto, ...]
    flags: Thresholds = SHIPPED
    studio: dict[str, Any]
    project: dict[str, Any]


def _check_general(general: _General, findings: Findings) -> None:
    """What the keys outside the tracks must say of each other."""
    findings.check(
        general.valid_from <= general.valid_until,
        ("valid_until",),
        str(general.valid_until),
        f"must not be before valid_from ({general.valid_from})",
    )
    findings.check(
        general.panel_size >= general.quorum,
        ("panel_size",),
        general.panel_size,
        f"must be at least the quorum ({general.quorum})",
    )
    findings.check(
        general.method != "trimmed" or general.trimmed_min_sheets <= general.panel_size,
        ("trimmed_min_sheets",),
        general.trimmed_min_sheets,
        f"must not be above panel_size ({general.panel_size}), else nothing is ever trimmed",
    )
    for (_, better), (name, band) in pairwise(general.bands.mapping().items()):
        findings.check(
            band.percent < better.percent,
            ("bands", name, "percent"),
            band.percent,
            f"must be below that of the better band ({better.percent})",
        )
    worst = general.bands.poor.percent
    findings.check(
        worst == 0, ("bands", "poor", "percent"), worst, "must be 0, else some scores have no band"
    )
    _check_flags(general.flags, findings)
    _check_unique([(("vetoes", i, "id"), veto.id) for i, veto in enumerate(general.vetoes)], findings)


def _check_flags(flags: Thresholds, findings: Findings) -> None:
    findings.check(
        flags.hours_from < flags.hours_until,
        ("flags", "hours_until"),
        flags.hours_until,
        f"must be above hours_from ({flags.hours_from})",
    )


def _check_objective(flags: Thresholds, units: Iterable[str], findings: Findings) -> None:
    known = tuple(units)
    for index, unit in enumerate(flags.objective):
        remedy = f"is scored on no sheet; what takes a score is {', '.join(known)}"
        findings.check(unit in known, ("flags", "objective", index), unit, remedy)


def _check_unique(ids: Iterable[tuple[Loc, str]], findings: Findings) -> None:
    seen: Counter[str] = Counter()
    for loc, id_ in ids:
        seen[id_] += 1
        findings.check(seen[id_] == 1, loc, id_, "is used before; every id may stand once only")


def _check_track(at: str, track: _Track, findings: Findings) -> None:
    """What the keys of one track must say of each other."""
    findings.check(
        track.pass_mark <= track.maximum,
        (at, "pass_mark"),
        _points(track.pass_mark),
        f"must not be above the maximum ({_points(track.maximum)})",
    )
    low, high = track.comments.required_below_percent, track.comments.required_from_percent
    findings.check(
        low < high,
        (at, "comments", "required_from_percent"),
        high,
        f"must be above required_below_percent ({low})",
    )
    for index, criterion in enumerate(track.criteria):
        _check_criterion((at, "criteria", index), criterion, track.step, findings)
    total = sum(criterion.points for criterion in track.criteria)
    findings.check(
        total == track.maximum,
        (at, "criteria"),
        _points(total),
        f"is the sum of the points; it must be the maximum ({_points(track.maximum)})",
    )
    _check_names(at, track, findings)


def _check_limits(at: str, track: _Track, method: Method, findings: Findings) -> None:
    """Limits in points belong to a method whose scores are points (docs/adr/0011-limits-and-units.md)."""
    if METHODS[method].unit == "points":
        return
    findings.check(
        track.pass_mark == 0,
        (at, "pass_mark"),
        _points(track.pass_mark),
        f'must be 0 (none) with method "{method}": its scores are no points, so no mark fits them',
    )
    findings.check(
        not track.floors,
        (at, "floors"),
        track.floors,
        f'must be {{}} (none) with method "{method}": its scores are no points, so no floor fits them',
    )


def _check_names(at: str, track: _Track, findings: Findings) -> None:
    """Floors and the tie ladder speak of criteria that exist; the ladder ends in the named vote."""
    ids = [criterion.id for criterion in track.criteria]
    remedy = f"is no criterion of this track; the criteria are {', '.join(ids)}"
    for name in track.floors:
        findings.check(name in ids, (at, "floors", name), name, remedy)
    rungs = track.ladder[:-1]
    for index, rung in enumerate(rungs):
        findings.check(rung in ids, (at, "ladder", index), rung, remedy)
        findings.check(rung not in rungs[:index], (at, "ladder", index), rung, "stands in the ladder twice")
    findings.check(
        track.ladder[-1:] == (NAMED_VOTE,),
        (at, "ladder"),
        list(track.ladder),
        f'must end with "{NAMED_VOTE}", so that every tie is decided',
    )


def _check_criterion(at: Loc, criterion: _Criterion, step: int, findings: Findings) -> None:
    """The points of a criterion: whole steps; items and guidance, where listed, add up to them."""
    for loc, thing in (
        (at, criterion),
        *(((*at, "items", i), item) for i, item in enumerate(criterion.items)),
    ):
        findings.check(
            thing.points % step == 0,
            (*loc, "points"),
            _points(thing.points),
            f"must be a multiple of the step ({_points(step)})",
        )
    for name, leaves in _lists(criterion).items():
        total = sum(leaf.points for leaf in leaves)
        findings.check(
            not leaves or total == criterion.points,
            (*at, name),
            _points(total),
            f"is the sum of the points; it must be that of the criterion ({_points(criterion.points)})",
        )


def _lists(criterion: _Criterion) -> Mapping[str, tuple[_Item | Guidance, ...]]:
    return {"items": criterion.items, "guidance": criterion.guidance}


def _points(hundredths: int) -> str:
    return decimal(hundredths, POINT_PLACES)


def _ids(at: str, track: _Track) -> Iterable[tuple[Loc, str]]:
    """Every id of a track's sheet with its place."""
    for index, criterion in enumerate(track.criteria):
        here: Loc = (at, "criteria", index)
        yield (*here, "id"), criterion.id
        for name, leaves in _lists(criterion).items():
            yield from (((*here, name, i, "id"), leaf.id) for i, leaf in enumerate(leaves))


def _scored(tracks: Iterable[_Track]) -> Iterator[str]:
    """The ids of what takes a score."""
    for track in tracks:
        for criterion in track.criteria:
            yield from (leaf.id for leaf in criterion.items or (criterion,))


def _criterion(shape: _Criterion, scale: Scale) -> Criterion:
    items = tuple(Unit(item.id, item.name, item.points, scale) for item in shape.items)
    anchors = shape.anchors.mapping()
    return Criterion(shape.id, shape.name, shape.points, scale, shape.basis, anchors, shape.guidance, items)


def _track(name: Track, shape: _Track, bands: tuple[Band, ...]) -> TrackPolicy:
    scale = Scale(shape.step, bands, shape.comments)
    return TrackPolicy(
        track=name,
        title=shape.title,
        identity=shape.identity,
        maximum=shape.maximum,
        scale=scale,
        pass_mark=shape.pass_mark,
        floors=MappingProxyType(shape.floors),
        cap=shape.cap,
        ladder=shape.ladder,
        criteria=tuple(_criterion(criterion, scale) for criterion in shape.criteria),
    )


def _policy(general: _General, tracks: Mapping[Track, _Track], text: str) -> Policy:
    bands = tuple(Band(name, band.title, band.percent) for name, band in general.bands.mapping().items())
    return Policy(
        name=general.name,
        regulation=general.regulation,
        valid_from=general.valid_from,
        valid_until=general.valid_until,
        method=general.method,
        trimmed_min_sheets=general.trimmed_min_sheets,
        places=general.places,
        quorum=general.quorum,
        confirmation=general.confirmation,
        panel_size=general.panel_size,
        min_formal_members=general.min_formal_members,
        months_normal=general.months_normal,
        subsidy_limit_fen=general.subsidy_limit_fen,
        idle_lock_minutes=general.idle_lock_minutes,
        lookback_years=general.lookback_years,
        bands=bands,
        tracks=MappingProxyType({name: _track(name, shape, bands) for name, shape in tracks.items()}),
        vetoes=general.vetoes,
        pledge=general.pledge,
        flags=general.flags,
        text=text,
    )


def read_policy(text: str, source: str = "config/criteria.toml") -> Policy:
    """The policy that `text` states; else a PolicyError with every fault found, each with its key."""
    try:
        data = tomllib.loads(text, parse_float=str)  # a decimal stays as written: no float ever holds points
    except ValueError as error:  # TOMLDecodeError is one; an endless number is another
        raise PolicyError(Problem(source, "", f"is not valid TOML: {error}")) from None
    findings = Findings(source, data)
    general = shaped(_General, data, (), findings)
    if general:
        _check_general(general, findings)
    tracks: dict[Track, _Track] = {}
    for name in Track:
        part = data.get(name)
        shape = shaped(_Track, part, (name,), findings) if isinstance(part, dict) else None
        if shape:
            tracks[name] = shape
            _check_track(name, shape, findings)
            if general:
                _check_limits(name, shape, general.method, findings)
    _check_unique((found for name, shape in tracks.items() for found in _ids(name, shape)), findings)
    if general and len(tracks) == len(Track):
        _check_objective(general.flags, _scored(tracks.values()), findings)
    if findings.problems or general is None:
        raise PolicyError(*findings.problems)
    return _policy(general, tracks, text)
