"""Rechecking the audit trail from its first entry; the first damage found is named.

Every stored checkpoint is compared, and those that somebody brings along. What none of them covers can have
been cut off or written anew unseen: how far they reach is said with the result.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    LargeBinary,
    Result,
    Row,
    Select,
    Table,
    cast,
    select,
    type_coerce,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import NullType
from sqlmodel import Session

from panel.audit import seals, shape, tree
from panel.audit.coverage import NOTHING, UNCOVERED, Asked, Coverage, Damage, judge, sizes
from panel.audit.sweep import sweep
from panel.audit.tables import ENTRIES, NODES, TEXTS
from panel.language import N_, _

CAVEAT = N_(
    "签名密钥和数据库都在本单位：同时持有两者的人可以整体重写。请与在本单位之外另存的校验点或者见证副署核对。"
)

_ROWS_AT_ONCE = 1000

Nodes = dict[tuple[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class TrailCheck:
    """What a recheck of the trail found."""

    size: int
    root: str
    damages: tuple[Damage, ...]
    coverage: Coverage = UNCOVERED


def check(session: Session, asked: Asked = NOTHING) -> TrailCheck:
    """Recompute every leaf and subtree, the order, and the searchable copies; stop at the first damage."""
    frontier = tree.Frontier()
    coverage = UNCOVERED
    try:
        roots = dict.fromkeys(sizes(session, asked), b"")
        swept = sweep(session)
        if swept is not None:
            frontier = swept.frontier()
            roots |= {size: swept.root(size) for size in roots if size <= swept.size}
            damage = _text_damage(session, swept.lists)
        else:
            damage = _first_damage(session, frontier, roots) or _text_damage(session, _listed(session))
        if damage is None:
            coverage = judge(session, frontier.size, roots, asked)
            damage = coverage.damage
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        damage = Damage(frontier.size, _("存储的内容已无法读出"))
    return TrailCheck(frontier.size, frontier.root().hex(), (damage,) if damage else (), coverage)


def _first_damage(session: Session, frontier: tree.Frontier, roots: dict[int, bytes]) -> Damage | None:
    """The first damage, if any; on the way `roots` is filled for the sizes that it has."""
    if 0 in roots:
        roots[0] = frontier.root()
    with _raw(session, NODES) as rows:
        nodes: Nodes = {(row.level, row.position): row.hash for row in rows}
    with _raw(session, ENTRIES, ENTRIES.c.idx) as rows:
        for row in rows:
            expected, body = frontier.size, _bytes(row.body)
            what = _fault(row, expected, body)
            made = frontier.append(tree.leaf_hash(body))
            what = what or _node_fault(made, nodes)
            if frontier.size in roots:
                roots[frontier.size] = frontier.root()
            if what:
                return Damage(min(row.idx, expected), what)
    if nodes:
        return Damage(frontier.size, _("多出了并无对应记录的子树，最新的记录可能已被删去"))
    return None


def _text_damage(session: Session, listed: Mapping[str, int]) -> Damage | None:
    lists = dict(listed)
    with _raw(session, TEXTS) as rows:
        for row in rows:
            if seals.digest(seals.TEXT_LABEL, _bytes(row.text)).encode() != _bytes(row.digest):
                digest = _bytes(row.digest).decode(errors="replace")
                return Damage(-1, _("摘要 {digest} 所对应的文字被改动过").format(digest=digest))
            lists.pop(_bytes(row.digest).decode(), None)
    return next((Damage(index, _("记录所指的名单不见了")) for index in lists.values()), None)


def _listed(session: Session) -> dict[str, int]:
    """The digests of the long lists that the entries refer to, each with its entry."""
    query = select(ENTRIES.c.idx, ENTRIES.c.body).where(ENTRIES.c.body.contains('"count":'))
    rows = session.execute(query.order_by(ENTRIES.c.idx).execution_options(yield_per=_ROWS_AT_ONCE))
    return {digest: row.idx for row in rows for digest in shape.lists(_bytes(row.body))}


def _raw(session: Session, table: Table, *order: Column[Any]) -> Result[Any]:
    """All rows exactly as they lie in the store: nothing that is not as it should be may stop the check."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"

    def plain(column: Column[Any]) -> Any:
        # SQLite holds anything anywhere, even what is no text at all in a column of texts.
        words = not isinstance(column.type, Integer | Boolean)
        found = cast(column, LargeBinary) if on_sqlite and words else column
        return type_coerce(found, NullType()).label(column.key)

    query: Select[Any] = select(*map(plain, table.c)).order_by(*order)
    return session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE))


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else b""


def _fault(row: Row[Any], expected: int, body: bytes) -> str:
    if row.idx != expected:
        return _("第 {expected} 号记录不见了").format(expected=expected)
    if tree.leaf_hash(body) != row.leaf:
        return _("记录写入以后被改动过")
    try:
        said = shape.copies(json.loads(body))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return _("记录的内容已无法读出")
    if said.pop("idx") != row.idx:
        return _("记录不在它原来的位置")
    wrong = [name for name, value in said.items() if _plain(getattr(row, name)) != value]
    return _("供检索的副本（{wrong}）与记录不一致").format(wrong=_("、").join(wrong)) if wrong else ""


def _plain(value: object) -> object:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _node_fault(made: dict[tree.Spot, bytes], nodes: Nodes) -> str:
    for (level, position), value in made.items():
        if nodes.pop((level, position), None) != value:
            return _("第 {level} 层第 {position} 个子树与记录不符").format(level=level, position=position)
    return ""
