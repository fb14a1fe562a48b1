"""Official scores, by every method that a policy can name, in exact rationals."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from typing import Optional

from verifiers.python.report import Json, Wrong

Values = dict[str, dict[str, Fraction]]
"""By application, then by expert."""
Scores = dict[str, Optional[Fraction]]  # noqa: UP045 - Python 3.9 evaluates this line


def half_up(value: Fraction, scale: int) -> int:
    """The value scaled and rounded, halves away from zero."""
    whole = math.floor(abs(value) * scale + Fraction(1, 2))
    return whole if value >= 0 else -whole


def mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def means(values: Values, _least: int) -> Scores:
    return {name: mean(list(row.values())) for name, row in values.items()}


def trimmed(values: Values, least: int) -> Scores:
    scores: Scores = {}
    for name, row in values.items():
        ordered = sorted(row.values())
        scores[name] = mean(ordered[1:-1]) if len(ordered) >= least else None
    return scores


def adjusted(values: Values, _least: int) -> Scores:
    """Least squares of q_i + s_j: the normal equations in whole numbers, solved exactly."""
    experts = sorted({expert for row in values.values() for expert in row})
    scale = math.lcm(*(len(row) for row in values.values()))
    matrix = [[0] * len(experts) + [0] for _ in experts]
    place = {expert: number for number, expert in enumerate(experts)}
    for row in values.values():
        share, middle = scale // len(row), mean(list(row.values()))
        for expert, value in row.items():
            line = matrix[place[expert]]
            line[place[expert]] += scale
            line[-1] += int((value - middle) * scale)
            for other in row:
                line[place[other]] -= share
    matrix[-1] = [1] * len(experts) + [0]
    effects = dict(zip(experts, solved(matrix)))  # noqa: B905 - Python 3.9 knows no strict
    return {
        name: mean([value - effects[expert] for expert, value in row.items()]) for name, row in values.items()
    }


def solved(matrix: list[list[int]]) -> list[Fraction]:
    """The solution of whole-number equations (Bareiss's elimination; the last column is the right side)."""
    size, before = len(matrix), 1
    for k in range(size):
        pivot = next(row for row in range(k, size) if matrix[row][k])
        matrix[k], matrix[pivot] = matrix[pivot], matrix[k]
        top, head = matrix[k], matrix[k][k]
        for i in range(k + 1, size):
            own = matrix[i][k]
            line = matrix[i]
            matrix[i] = [0] * (k + 1) + [
                (line[j] * head - own * top[j]) // before for j in range(k + 1, size + 1)
            ]
        before = head
    found: list[Fraction] = [Fraction(0)] * size
    for i in reversed(range(size)):
        rest = sum((matrix[i][j] * found[j] for j in range(i + 1, size)), Fraction(0))
        found[i] = (matrix[i][size] - rest) / matrix[i][i]
    return found


ROOT = 10**40
T_MEAN, T_SPREAD, MAD_SCALE = 50, 10, Fraction(14826, 10000)


def _standard(column: dict[str, Fraction]) -> dict[str, Fraction] | None:
    if len(set(column.values())) < 2:
        return None
    middle = mean(list(column.values()))
    variance = sum(((v - middle) ** 2 for v in column.values()), Fraction(0)) / (len(column) - 1)

    def score(value: Fraction) -> Fraction:
        square = (value - middle) ** 2 / variance
        size = Fraction(math.isqrt(square.numerator * ROOT * ROOT // square.denominator), ROOT)
        return T_MEAN + T_SPREAD * (size if value >= middle else -size)

    return {name: score(value) for name, value in column.items()}


def _median(values: list[Fraction]) -> Fraction:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _robust(column: dict[str, Fraction]) -> dict[str, Fraction] | None:
    middle = _median(list(column.values()))
    spread = _median([abs(value - middle) for value in column.values()]) * MAD_SCALE
    if not spread:
        return None
    return {name: T_MEAN + T_SPREAD * (value - middle) / spread for name, value in column.items()}


def _minmax(column: dict[str, Fraction]) -> dict[str, Fraction] | None:
    low, high = min(column.values()), max(column.values())
    if low == high:
        return None
    return {name: 100 * (value - low) / (high - low) for name, value in column.items()}


def _rank(column: dict[str, Fraction]) -> dict[str, Fraction] | None:
    count, ranked = len(column), {}
    for name, value in column.items():
        better = sum(other > value for other in column.values())
        level = sum(other == value for other in column.values())
        rank = better + Fraction(level + 1, 2)
        ranked[name] = 100 * (count - rank + Fraction(1, 2)) / count
    return ranked


def relative(
    rescale: Callable[[dict[str, Fraction]], dict[str, Fraction] | None], kept: int = 0
) -> Callable[[Values, int], Scores]:
    """The mean over experts, each put on one scale first; kept to so many decimals, halves to even."""

    def method(values: Values, _least: int) -> Scores:
        columns: dict[str, dict[str, Fraction]] = defaultdict(dict)
        for name, row in values.items():
            for expert, value in row.items():
                columns[expert][name] = value
        scaled = {expert: rescale(column) for expert, column in columns.items()}
        scores: Scores = {}
        for name, row in values.items():
            own = [found[name] for found in (scaled[expert] for expert in row) if found]
            score = mean(own) if own else None
            scores[name] = round(score, kept) if score is not None and kept else score
        return scores

    return method


METHODS: dict[str, tuple[Callable[[Values, int], Scores], int]] = {
    "adjusted": (adjusted, 100),
    "mean": (means, 100),
    "trimmed": (trimmed, 100),
    "standard": (relative(_standard, 9), 1),
    "robust": (relative(_robust), 1),
    "minmax": (relative(_minmax), 1),
    "rank": (relative(_rank), 1),
}
"""Each with what its unit is worth: values are hundredths of a point, an index has no hundredths."""


def connected(values: Values) -> bool:
    """Whether shared experts join all applications."""
    if not values:
        return True
    seen_experts: set[str] = set()
    seen, waiting = set(), [next(iter(values))]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            fresh = set(values[name]) - seen_experts
            seen_experts |= fresh
            waiting += [other for other, row in values.items() if fresh & set(row)]
    return len(seen) == len(values)


class Track:
    """The figures of one track: official scores, criteria, raw means, counts, all scaled and rounded.

    `given` are the stored figures: they decide only where floats were used and the exact value is a half.
    """

    def __init__(self, rules: Json, track: str, inputs: Json, given: Json) -> None:
        self.rules, self.own = rules, rules["tracks"][track]
        self.scale: int = 10 ** rules["places"]
        own = {e["number"] for e in inputs["entries"] if e["track"] == track and e["standing"] == "accepted"}
        self.sheets = [sheet for sheet in inputs["sheets"] if sheet["application"] in own]
        for sheet in self.sheets:
            self._within(sheet)
        totals = self._values([unit for one in self.own["criteria"] for unit in one["units"]])
        self.connected = connected(totals)
        self.counts = {name: len(row) for name, row in totals.items()}
        self.raw = {name: half_up(mean(list(row.values())) / 100, self.scale) for name, row in totals.items()}
        experts = {sheet["expert"] for sheet in self.sheets}
        self.floats = (
            rules["method"] == "adjusted"
            and len(experts) > 30
            and len(self.sheets) < len(experts) * len(totals)
        )
        self.official = self._scores(totals, {one["application"]: one["official"] for one in given["places"]})
        self.criteria = {
            one["id"]: self._scores(
                self._values(one["units"]),
                {name: figure["criteria"].get(one["id"]) for name, figure in given["figures"].items()},
            )
            for one in self.own["criteria"]
        }

    def _within(self, sheet: Json) -> None:
        """Every unit of the track has points, nothing else has, and no criterion has more than its own."""
        known, items = set(), sheet["items"]
        for one in self.own["criteria"]:
            known.update(one["units"])
            points = [items.get(unit, -1) for unit in one["units"]]
            if min(points) < 0 or sum(points) > one["points"]:
                break
        else:
            if known == set(items):
                return
        who = f"{sheet['expert']}/{sheet['application']}"
        raise Wrong(
            f"{who} 的分数超出评分项的范围。", f"The points of {who} are not within those of the criteria."
        )

    def _values(self, units: list[str]) -> Values:
        values: Values = defaultdict(dict)
        for sheet in self.sheets:
            if sheet["expert"] in values[sheet["application"]]:
                raise ValueError("two sheets of one expert on one application")
            values[sheet["application"]][sheet["expert"]] = Fraction(
                sum(sheet["items"][unit] for unit in units)
            )
        return dict(values)

    def _scores(self, values: Values, given: Json) -> dict[str, int | None]:
        if not self.connected:
            return dict.fromkeys(values)
        method, unit = METHODS[self.rules["method"]]
        found = method(values, self.rules["trimmed_min_sheets"])
        return {
            name: None if score is None else self._rounded(score / unit, given.get(name))
            for name, score in found.items()
        }

    def _rounded(self, score: Fraction, given: int | None) -> int:
        exact = score * self.scale
        near = abs(exact % 1 - Fraction(1, 2)) <= Fraction(self.scale, 10**9)
        if self.floats and near and given in (math.floor(exact), math.ceil(exact)):
            return given
        return half_up(score, self.scale)

    def figures(self, name: str) -> Json:
        """As `figures` of result.json has them."""
        known = {one: scores[name] for one, scores in self.criteria.items() if scores[name] is not None}
        return {"criteria": known, "raw_mean": self.raw[name], "sheets": self.counts[name]}

    def limit(self, hundredths: Fraction) -> int:
        """A limit in points, scaled and rounded up."""
        return math.ceil(hundredths * self.scale / 100)
