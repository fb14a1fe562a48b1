"""Places: quorum, limits, falls, the cut and its ties."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from verifiers.python.report import Json
from verifiers.python.scores import Track

NAMED_VOTE = "panel_named_vote"
GONE = ("withdrawn", "vetoed", "refused")


def split(figures: dict[str, int], seats: int) -> tuple[set[str], set[str]]:
    """Who is surely in, and who is level at the line with too few seats left; `seats` below the figures."""
    line = sorted(figures.values(), reverse=True)[seats - 1]
    above = {name for name, figure in figures.items() if figure > line}
    level = {name for name, figure in figures.items() if figure == line}
    return (above | level, set()) if len(above) + len(level) == seats else (above, level)


def ranks(figures: dict[str, int]) -> dict[str, int]:
    return {name: 1 + sum(other > own for other in figures.values()) for name, own in figures.items()}


class Race:
    """The places of one track; `falls` are the projects that go with their studio, by reason."""

    def __init__(self, figures: Track, entries: list[Json], falls: dict[str, str], votes: list[Json]) -> None:
        self.figures, self.falls = figures, falls
        self.votes = {frozenset(vote["tie"]): vote for vote in votes}
        rules = figures.rules
        least = rules["trimmed_min_sheets"] if rules["method"] == "trimmed" else 0
        self.quorum = max(rules["quorum"], least)
        self.official = {
            entry["number"]: score
            for entry in entries
            for score in [figures.official.get(entry["number"])]
            if entry["standing"] == "accepted" and self._sheets(entry) >= self.quorum and score is not None
        }
        merits = {name: self._merit(name) for name in self.official}
        self.reached = {
            name: score for name, score in self.official.items() if not merits[name] and name not in falls
        }
        self.tied: set[str] = set()
        self.seated = self._seat()
        self.reasons = {entry["number"]: self._reason(entry, merits) for entry in entries}

    def _sheets(self, entry: Json) -> int:
        return self.figures.counts.get(entry["number"], 0)

    def _merit(self, name: str) -> str:
        own, criteria = self.figures.own, {one["id"]: one["points"] for one in self.figures.own["criteria"]}
        mark = self.figures.limit(Fraction(own["pass_mark"])) if own["pass_mark"] else None
        if mark is not None and self.official[name] < mark:
            return "below_pass_mark"
        for criterion, percent in own["floors"].items():
            floor = self.figures.limit(Fraction(criteria[criterion] * percent, 100))
            value = self.figures.criteria[criterion][name]
            if value is not None and value < floor:
                return "below_floor"
        return ""

    def _seat(self) -> set[str]:
        cap = self.figures.own["cap"]
        if len(self.reached) <= cap:
            return set(self.reached)
        if cap == 0:
            return set()
        seated, level = split(self.reached, cap)
        self.tied = set(level)
        scored = [name for name, score in self.figures.official.items() if score is not None]
        for rung in self.figures.own["ladder"]:
            values = self.figures.criteria.get(rung, {})
            if level and rung != NAMED_VOTE and all(values[name] is not None for name in scored):
                more, level = split({name: values[name] or 0 for name in level}, cap - len(seated))
                seated |= more
        return seated | self._voted(level, cap - len(seated)) if level else seated

    def _voted(self, level: set[str], seats: int) -> set[str]:
        vote = self.votes.get(frozenset(level))
        if vote is None:
            return set()
        cast = Counter(ballot["application"] for ballot in vote["ballots"])
        seated, equal = split({name: cast[name] for name in level}, seats)
        order = [name for name in vote["chair_order"] if vote["chair"] and name in equal]
        return seated | set(order[: seats - len(seated)])

    def _reason(self, entry: Json, merits: dict[str, str]) -> str:
        name, standing, fall = entry["number"], entry["standing"], self.falls.get(entry["number"], "")
        if standing in ("withdrawn", "vetoed"):
            return str(standing)
        if fall == "linked_studio_refused":
            return fall
        if standing == "refused":
            return "refused"
        return self._unscored(entry) or fall or merits[name] or self._cut(name)

    def _unscored(self, entry: Json) -> str:
        if self._sheets(entry) < self.quorum:
            return "too_few_sheets"
        if not self.figures.connected:
            return "not_connected"
        return "no_spread" if entry["number"] not in self.official else ""

    def _cut(self, name: str) -> str:
        if name in self.seated:
            return "selected"
        return "tie_lost" if name in self.tied else "below_cap"

    def places(self, track: str) -> dict[str, Json]:
        rank, position = ranks(self.official), ranks(self.reached)
        return {
            name: {
                "application": name,
                "official": self.official.get(name),
                "position": position.get(name),
                "rank": rank.get(name),
                "reason": reason,
                "selected": reason == "selected",
                "track": track,
            }
            for name, reason in self.reasons.items()
        }


def computed(rules: Json, inputs: Json, given: Json) -> tuple[dict[str, Json], Json]:
    """Places and figures from the inputs alone; for `given` see `Track`."""
    entries: dict[str, list[Json]] = {"studio": [], "project": []}
    for entry in inputs["entries"]:
        entries[entry["track"]].append(entry)
    tracks = {track: Track(rules, track, inputs, given) for track in entries}
    studios = Race(tracks["studio"], entries["studio"], {}, inputs["votes"])
    falls = _falls(entries["project"], studios, inputs["existing_studios"])
    projects = Race(tracks["project"], entries["project"], falls, inputs["votes"])
    figures = {name: track.figures(name) for track in tracks.values() for name in track.counts}
    return {**studios.places("studio"), **projects.places("project")}, figures


def _falls(projects: list[Json], studios: Race, existing: list[str]) -> dict[str, str]:
    falls = {}
    for project in projects:
        studio = project["linked_studio"]
        if studio in existing or studio not in studios.reasons or studio in studios.seated:
            continue
        gone = studios.reasons[studio] in GONE
        falls[project["number"]] = "linked_studio_refused" if gone else "studio_not_selected"
    return falls
