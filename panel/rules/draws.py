"""The draw of the experts (抽取专家): from a logged pool, in an order that anybody can compute again.

The pool is fixed and logged first, the seed comes in a later transaction, and the order is that of
SHA-256(label, seed, expert number): who fixes the pool cannot know the seed, and who knows the seed can no
longer change the pool.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import rfc8785

from panel.errors import RuleBroken
from panel.language import _

DRAW_LABEL = b"pingshen/draw/v1\0"
POOL_LABEL = b"pingshen/pool/v1\0"
SEED_BYTES = 32


class ExclusionReason(StrEnum):
    """Why an expert of the file is not in the pool."""

    CONFLICT = "conflict"
    MISCONDUCT = "misconduct"
    OFFICE = "office"
    UNAVAILABLE = "unavailable"
    SPECIALITY = "speciality"
    ROTATION = "rotation"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One expert left out of the pool, with the reason and what it rests on."""

    expert: str
    reason: ExclusionReason
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pool:
    """Who may be drawn and who was left out; the order in which they stand means nothing."""

    experts: tuple[str, ...]
    exclusions: tuple[Exclusion, ...] = ()

    @property
    def digest(self) -> str:
        """What the log holds of the pool before the seed exists: SHA-256 hex over its canonical JSON."""
        exclusions = sorted((out.expert, out.reason.value, out.note) for out in self.exclusions)
        content = rfc8785.dumps({"experts": sorted(self.experts), "exclusions": exclusions})
        return hashlib.sha256(POOL_LABEL + content).hexdigest()


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw as recorded: the whole order, of which the first `size` are drawn and the rest stand by."""

    pool: Pool
    pool_digest: str
    seed: bytes
    size: int
    order: tuple[str, ...]
    drawn: tuple[str, ...]

    @property
    def reserves(self) -> tuple[str, ...]:
        """Who steps in when somebody drawn cannot come, first to last."""
        return self.order[self.size :]


class DrawProblem(StrEnum):
    """What can be wrong with a recorded draw, by itself or against the audit trail and the panel."""

    POOL_CHANGED = "pool_changed"
    POOL_REPEATS = "pool_repeats"
    EXCLUDED_IN_POOL = "excluded_in_pool"
    SEED_LENGTH = "seed_length"
    SIZE = "size"
    ORDER = "order"
    DRAWN = "drawn"
    NOT_LOGGED = "not_logged"
    NOT_STORED = "not_stored"
    LOGGED_OTHERWISE = "logged_otherwise"
    SEED_BEFORE_POOL = "seed_before_pool"
    SEATS = "seats"


def order(seed: bytes, experts: Iterable[str]) -> tuple[str, ...]:
    """The expert numbers in the order of their hashes under `seed`, whatever order they come in."""
    return tuple(
        sorted(experts, key=lambda expert: hashlib.sha256(DRAW_LABEL + seed + expert.encode()).digest())
    )


def draw(seed: bytes, pool: Pool, size: int) -> Draw:
    """Draws `size` experts; refuses a pool or a seed with which the draw could not stand."""
    if not 0 < size <= len(pool.experts):
        message = _("可抽取的专家有 {pool} 人，不能抽取 {size} 人。").format(
            pool=len(pool.experts), size=size
        )
        raise RuleBroken("draw_size", message, "6")
    drawn_order = order(seed, pool.experts)
    record = Draw(pool, pool.digest, seed, size, drawn_order, drawn_order[:size])
    problems = verify(record)
    if problems:
        message = _("抽取名单或者随机种子有误（{problem}），没有抽取。").format(problem=problems[0])
        raise RuleBroken("draw_" + problems[0], message, "6")
    return record


def verify(record: Draw) -> tuple[DrawProblem, ...]:
    """Repeats a recorded draw and says everything that does not fit; nothing means that it stands."""
    pool, expected = record.pool, order(record.seed, record.pool.experts)
    checks = {
        DrawProblem.POOL_CHANGED: pool.digest != record.pool_digest,
        DrawProblem.POOL_REPEATS: len(set(pool.experts)) != len(pool.experts),
        DrawProblem.EXCLUDED_IN_POOL: not {out.expert for out in pool.exclusions}.isdisjoint(pool.experts),
        DrawProblem.SEED_LENGTH: len(record.seed) != SEED_BYTES,
        DrawProblem.SIZE: not 0 < record.size <= len(pool.experts),
        DrawProblem.ORDER: record.order != expected,
        DrawProblem.DRAWN: record.drawn != expected[: max(record.size, 0)],
    }
    return tuple(problem for problem, wrong in checks.items() if wrong)
