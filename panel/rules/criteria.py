"""The review criteria (评审指标) and the policy they stand in, as frozen values; `policies` reads them.

Points are hundredths of a point, percentages whole numbers, money fen: every answer is exact integer
arithmetic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, get_args

from pydantic import Field

from panel.rules.applications import Track
from panel.rules.quantities import Id, Percent, Points
from panel.rules.thresholds import Thresholds
from panel.scoring.official import methods

Method = Literal["adjusted", "mean", "trimmed", "standard", "robust", "minmax", "rank"]
"""How sheets become the official score; the arithmetic of each is in `panel.scoring`."""

METHODS: tuple[str, ...] = get_args(Method)

NAMED_VOTE = "panel_named_vote"
"""The last rung of every tie ladder: a recorded named vote (记名投票)."""


class Identity(StrEnum):
    """Whether experts see who applies: a studio is judged by its named master, a project can be coded."""

    NAMED = "named"
    CODED = "coded"


class Confirmation(StrEnum):
    """How many people confirm a step that cannot be taken back."""

    TWO_PERSON = "two_person"
    ONE_PERSON = "one_person"


class BandName(StrEnum):
    """The four bands (档次), best first."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in official Chinese and in English; the Chinese is the binding one."""

    zh: str
    en: str

    def in_(self, locale: str) -> str:
        """English for an English locale ("en", "en_GB", "en-US"), the binding Chinese for any other."""
        return self.en if locale.lower().startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Band:
    """One band: from `percent` of the maximum up to where the next better one begins."""

    name: BandName
    title: Words
    percent: int


@dataclass(frozen=True, slots=True)
class CommentRule:
    """When a score needs a written reason: below one share of the maximum, and from another share on."""

    required_below_percent: Percent
    required_from_percent: Percent
    min_characters: Annotated[int, Field(ge=1, le=500)]


@dataclass(frozen=True, slots=True)
class Scale:
    """What all scores of a track share: the step in hundredths, the bands best first, the comment rule."""

    step: int
    bands: tuple[Band, ...]
    comments: CommentRule


@dataclass(frozen=True, slots=True)
class Unit:
    """A thing that takes a score: a criterion, or one item of a criterion that lists items."""

    id: str
    name: Words
    points: int
    scale: Scale

    @property
    def maximum(self) -> int:
        """The most points it can take, in hundredths; this is also its weight."""
        return self.points

    def legal(self, points: int) -> bool:
        """Whether `points` may be given: from nothing to the maximum, in whole steps."""
        return 0 <= points <= self.points and points % self.scale.step == 0

    def band_of(self, points: int) -> Band:
        """The band in which `points` fall; a lower edge belongs to its band."""
        return next(band for band in self.scale.bands if points * 100 >= band.percent * self.points)

    def comment_required(self, points: int) -> bool:
        """Whether `points` need a written reason; the lower limit itself needs none, the upper one does."""
        rule, share = self.scale.comments, points * 100
        low, high = rule.required_below_percent * self.points, rule.required_from_percent * self.points
        return share < low or share >= high


@dataclass(frozen=True, slots=True)
class Guidance:
    """One thing to look at when scoring a criterion: its usual share of the points, and its two ends."""

    id: Id
    name: Words
    points: Points
    basis: str
    high: Words
    low: Words


@dataclass(frozen=True, slots=True)
class Criterion(Unit):
    """One criterion: scored whole, or item by item when it lists `items`."""

    basis: str
    anchors: Mapping[BandName, Words]
    guidance: tuple[Guidance, ...] = ()
    items: tuple[Unit, ...] = ()

    def units(self) -> tuple[Unit, ...]:
        """What takes a score here: the items, or the criterion itself."""
        return self.items or (self,)


@dataclass(frozen=True, slots=True)
class TrackPolicy:
    """All that holds for one track.

    `pass_mark`: in hundredths, 0 for none. `floors`: the least percent of a criterion's points, by its id.
    """

    track: Track
    title: Words
    identity: Identity
    maximum: int
    scale: Scale
    pass_mark: int
    floors: Mapping[str, int]
    cap: int
    ladder: tuple[str, ...]
    criteria: tuple[Criterion, ...]

    @property
    def step(self) -> int:
        """The scoring step, in hundredths."""
        return self.scale.step

    @property
    def comments(self) -> CommentRule:
        """When a score needs a written reason."""
        return self.scale.comments

    def units(self) -> tuple[Unit, ...]:
        """Everything that takes a score, in the order of the sheet."""
        return tuple(unit for criterion in self.criteria for unit in criterion.units())

    def unit(self, unit_id: str) -> Unit:
        """The scored thing of that id; KeyError when the sheet has none."""
        return {unit.id: unit for unit in self.units()}[unit_id]

    def criterion(self, criterion_id: str) -> Criterion:
        """The criterion of that id; KeyError when the track has none."""
        return {criterion.id: criterion for criterion in self.criteria}[criterion_id]


@dataclass(frozen=True, slots=True)
class Regulation:
    """The document that the policy carries out."""

    number: str
    title: Words


@dataclass(frozen=True, slots=True)
class LookBack:
    """How many years a tie counts, back from the closing date: past employers; relations and joint work."""

    employment: Annotated[int, Field(ge=0, le=50)]
    relations: Annotated[int, Field(ge=0, le=50)]


@dataclass(frozen=True, slots=True)
class Pledge:
    """What an expert signs before the first file opens; binding texts, hence in Chinese only."""

    confidentiality: str
    recusal: str

    @property
    def digest(self) -> str:
        """The version of the texts, to store with the signature: SHA-256 hex."""
        parts = (b"pingshen/pledge/v1", self.confidentiality.encode(), self.recusal.encode())
        return hashlib.sha256(b"\0".join(parts)).hexdigest()


@dataclass(frozen=True, slots=True)
class Veto:
    """A gate, never scored: a named person decides on evidence; with `auto` the system may propose it."""

    id: Id
    name: Words
    article: str
    auto: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy of a round; `text` is the file to the letter, and a round keeps its own copy of it."""

    name: str
    regulation: Regulation
    valid_from: date
    valid_until: date
    method: Method
    trimmed_min_sheets: int
    places: int
    quorum: int
    confirmation: Confirmation
    panel_size: int
    min_formal_members: int
    months_normal: int
    subsidy_limit_fen: int
    idle_lock_minutes: int
    lookback_years: LookBack
    bands: tuple[Band, ...]
    tracks: Mapping[Track, TrackPolicy]
    vetoes: tuple[Veto, ...]
    pledge: Pledge
    flags: Thresholds
    text: str = field(repr=False)

    @property
    def digest(self) -> str:
        """What names this policy beyond doubt: SHA-256 hex over the verbatim text."""
        return hashlib.sha256(b"pingshen/policy/v1\0" + self.text.encode()).hexdigest()

    @property
    def in_points(self) -> bool:
        """Whether official scores are points; else they are on the scale of the method."""
        return methods.METHODS[self.method].unit == "points"

    def track(self, track: Track) -> TrackPolicy:
        """What holds for that track."""
        return self.tracks[track]


def validity(policy: Policy, day: date) -> bool:
    """Whether the regulation is in force on `day` (Art. 21), both ends included.

    A round whose dates fall outside is refused; a project that would run past the end only gets a warning.
    """
    return policy.valid_from <= day <= policy.valid_until
