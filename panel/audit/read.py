"""Reading the audit trail: pages, filters, the head."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, select, tuple_
from sqlmodel import Session

from panel.audit import tree
from panel.audit.events import VOCABULARY
from panel.audit.tables import ENTRIES, NODES, TEXTS
from panel.clock import from_stamp
from panel.errors import LogTampered, NotFound


@dataclass(frozen=True, slots=True)
class Record:
    """One entry as it was read."""

    index: int
    act: str
    at: datetime
    ok: bool
    actor: str
    role: str
    round_id: str
    subject: str
    data: Mapping[str, Any]
    body: str
    leaf: str
    readable: bool = True
    """False where somebody changed the entry so that it can no longer be read: verification names it."""


@dataclass(frozen=True, slots=True)
class Head:
    """How long the trail is and its root hash in hex."""

    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry stands in the trail: the hashes on its way to the root, and whether they lead there."""

    head: Head
    path: tuple[tree.Sibling, ...]
    holds: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to show; empty means all."""

    act: str = ""
    actor: str = ""
    round_id: str = ""
    subject: str = ""
    refused_only: bool = False
    subjects: tuple[str, ...] = ()
    """Any of these, where there is more than one way to name what is looked for."""
    round_ids: tuple[str, ...] = ()
    """Any of these; an empty one stands for what belongs to no round."""
    acts: tuple[str, ...] = ()
    """Any of these."""


EVERYTHING = Filter()


def page(
    session: Session,
    wanted: Filter = EVERYTHING,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Record]:
    """Entries newest first: the newest, those right before `before`, or those right after `after`."""
    query = select(ENTRIES).where(*_conditions(wanted)).limit(limit)
    if before is not None:
        query = query.where(ENTRIES.c.idx < before)
    if after is None:
        return _records(session, session.execute(query.order_by(ENTRIES.c.idx.desc())))
    # Whoever asks on from `after` again and again must not miss one between.
    rows = session.execute(query.where(ENTRIES.c.idx > after).order_by(ENTRIES.c.idx)).all()
    return _records(session, reversed(rows))


def _conditions(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    """What an entry must fulfil; only the narrowest condition may choose an index.

    A database that has gathered no statistics would as soon walk through every save to find a few.
    """
    if wanted.refused_only:
        yield ENTRIES.c.ok.is_(False)
    free = not wanted.refused_only
    for name, values in (
        ("subject", (wanted.subject,) if wanted.subject else wanted.subjects),
        ("actor", (wanted.actor,) if wanted.actor else ()),
        ("act", (wanted.act,) if wanted.act in VOCABULARY else wanted.acts),
        ("round_id", (wanted.round_id,) if wanted.round_id else wanted.round_ids),
    ):
        if values:
            column = ENTRIES.c[name] if free else ENTRIES.c[name].concat("")
            yield column == values[0] if len(values) == 1 else column.in_(values)
            free = False
    if wanted.act and wanted.act not in VOCABULARY:
        # "sheet" means every act on sheets, "sheet.save" that one act.
        yield (ENTRIES.c.act == wanted.act) | ENTRIES.c.act.startswith(wanted.act + ".", autoescape=True)


def entry(session: Session, index: int) -> Record | None:
    """One entry by its number."""
    rows = session.execute(select(ENTRIES).where(ENTRIES.c.idx == index))
    return next(iter(_records(session, rows)), None)


def bodies(session: Session, first: int = 0) -> Iterable[str]:
    """Every entry verbatim from number `first` on, oldest first."""
    query = select(ENTRIES.c.body).where(ENTRIES.c.idx >= first).order_by(ENTRIES.c.idx)
    return session.execute(query.execution_options(yield_per=1000)).scalars()


def tally(
    session: Session, column: str, round_id: str, low: int = 0, high: int | None = None
) -> dict[str, int]:
    """How many acts of a round succeeded, by `act` or `actor`, from number `low` to before `high`."""
    counted = ENTRIES.c[column]
    query = select(counted, func.count()).where(
        ENTRIES.c.round_id == round_id, ENTRIES.c.ok.is_(True), ENTRIES.c.idx >= low
    )
    if high is not None:
        query = query.where(ENTRIES.c.idx < high)
    return {name: int(count) for name, count in session.execute(query.group_by(counted))}


def of_act(session: Session, act: str, round_id: str = "", after: int = -1) -> list[Record]:
    """The entries of one act that succeeded, oldest first; only those after number `after`."""
    query = select(ENTRIES).where(ENTRIES.c.act == act, ENTRIES.c.ok.is_(True)).order_by(ENTRIES.c.idx)
    if after >= 0:
        query = query.where(ENTRIES.c.idx > after)
    if round_id:
        # Without an index of its own: there are far fewer entries of most acts than of a round.
        query = query.where(ENTRIES.c.round_id.concat("") == round_id)
    return _records(session, session.execute(query))


def outside(session: Session, acts: Iterable[str], round_id: str, low: int, high: int | None) -> int | None:
    """The first entry of these acts in a round that succeeded before number `low` or after `high`."""
    late = ENTRIES.c.idx > high if high is not None else false()
    query = select(func.min(ENTRIES.c.idx)).where(
        ENTRIES.c.act.in_(list(acts)),
        ENTRIES.c.ok.is_(True),
        ENTRIES.c.round_id == round_id,
        (ENTRIES.c.idx < low) | late,
    )
    found: int | None = session.execute(query).scalar_one()
    return found


def between(session: Session, acts: Iterable[str], round_id: str, low: int, high: int) -> list[Record]:
    """The entries of these acts in a round that succeeded after number `low` and before `high`, in order."""
    query = select(ENTRIES).where(
        ENTRIES.c.idx > low,
        ENTRIES.c.idx < high,
        ENTRIES.c.act.in_(list(acts)),
        ENTRIES.c.ok.is_(True),
        ENTRIES.c.round_id == round_id,
    )
    return _records(session, session.execute(query.order_by(ENTRIES.c.idx)))


def head(session: Session) -> Head:
    """The size of the trail and its root, from the stored subtrees."""
    length = size(session)
    return Head(length, root_at(session, length))


def root_at(session: Session, length: int) -> str:
    """The root that the trail had, or must have had, when it was so long."""
    return tree.root(length, _subtrees(session, tree.peaks(length))).hex()


def proof(session: Session, record: Record) -> Proof:
    """The proof that an entry stands in the trail as long as it is now."""
    length = size(session)
    needed = list(tree.peaks(length))

    def note(spot: tree.Spot) -> bytes:
        needed.append(spot)
        return b""

    tree.inclusion_proof(record.index, length, note)
    known = _subtrees(session, needed)
    path = tree.inclusion_proof(record.index, length, known)
    leaf, root = tree.leaf_hash(record.body.encode()), tree.root(length, known)
    holds = tree.includes(record.index, length, leaf, [sibling.hash for sibling in path], root)
    return Proof(Head(length, root.hex()), path, holds)


def inclusion(session: Session, index: int, length: int) -> list[str]:
    """The proof that an entry stood in the trail when it was so long: hashes in hex, from the leaf up."""
    if not 0 <= index < length <= size(session):
        raise NotFound("no such entry in a trail of that length")
    known = _gathered(session, lambda ask: tree.inclusion_proof(index, length, ask))
    path = tree.inclusion_proof(index, length, known)
    return [sibling.hash.hex() for sibling in path]


def consistency(session: Session, old: int, new: int) -> list[str]:
    """The proof that the trail of `new` entries begins with the one of `old`: hashes in hex."""
    if not 0 < old <= new <= size(session):
        raise NotFound("no such lengths of the trail")
    known = _gathered(session, lambda ask: tree.consistency_proof(old, new, ask))
    return [one.hex() for one in tree.consistency_proof(old, new, known)]


def frontier(session: Session, length: int) -> tree.Frontier:
    """The tree as it stood when it had so many entries, to go on from."""
    return tree.Frontier.resumed(length, _subtrees(session, tree.peaks(length)))


def _gathered(
    session: Session, ask: Callable[[Callable[[tree.Spot], bytes]], object]
) -> Callable[[tree.Spot], bytes]:
    """All subtrees that a proof will ask for, read at once."""
    needed: list[tree.Spot] = []

    def note(spot: tree.Spot) -> bytes:
        needed.append(spot)
        return b""

    ask(note)
    return _subtrees(session, needed)


def newest_of(session: Session, acts: Iterable[str]) -> int:
    """The number of the newest entry of any of these acts, refused ones as well; -1 where there is none."""
    newest = (select(func.max(ENTRIES.c.idx)).where(ENTRIES.c.act == act) for act in acts)
    found = [session.execute(query).scalar_one() for query in newest]
    return max((index for index in found if index is not None), default=-1)


def _subtrees(session: Session, spots: Sequence[tree.Spot]) -> Callable[[tree.Spot], bytes]:
    """The stored hashes of these subtrees, read at once."""
    leaves = select(ENTRIES.c.idx, ENTRIES.c.leaf).where(
        ENTRIES.c.idx.in_([p for level, p in spots if not level])
    )
    nodes = select(NODES).where(
        tuple_(NODES.c.level, NODES.c.position).in_([spot for spot in spots if spot[0]])
    )
    known = {(0, row.idx): bytes(row.leaf) for row in session.execute(leaves)}
    known |= {(row.level, row.position): bytes(row.hash) for row in session.execute(nodes)}

    def subtree(spot: tree.Spot) -> bytes:
        if spot not in known:
            raise LogTampered(f"the subtree at level {spot[0]}, position {spot[1]} is gone")
        return known[spot]

    return subtree


def actors(session: Session) -> list[str]:
    """Everybody who ever acted, as the trail names them; one look into the index for each."""
    steps = select(func.min(ENTRIES.c.actor).label("actor")).cte("steps", recursive=True)
    following = select(func.min(ENTRIES.c.actor)).where(ENTRIES.c.actor > steps.c.actor).scalar_subquery()
    steps = steps.union_all(select(following).where(steps.c.actor.is_not(None)))
    return list(session.execute(select(steps.c.actor).where(steps.c.actor.is_not(None))).scalars())


def size(session: Session) -> int:
    """How many entries there are."""
    return int(session.execute(select(func.coalesce(func.max(ENTRIES.c.idx), -1))).scalar_one()) + 1


def words(session: Session, record: Record) -> dict[str, str]:
    """The words that a record refers to by digest, by field; words removed for privacy are not there."""
    kind = VOCABULARY.get(record.act)
    wanted = {name: record.data[name] for name in (kind.texts() if kind else ()) if name in record.data}
    rows = session.execute(select(TEXTS).where(TEXTS.c.digest.in_(list(wanted.values()))))
    kept = {row.digest: row.text for row in rows}
    return {name: kept[digest] for name, digest in wanted.items() if digest in kept}


def list_digest(value: object) -> str:
    """The digest under which a long list of an entry is kept; empty for anything else."""
    kept = isinstance(value, Mapping) and value.keys() == {"count", "digest"}
    return str(value["digest"]) if kept and isinstance(value, Mapping) else ""


def _records(session: Session, rows: Iterable[Any]) -> list[Record]:
    """The entries with their long lists; a list that is gone leaves what the entry says of it."""
    records = [_record(row) for row in rows]
    wanted = {
        digest for record in records for value in record.data.values() if (digest := list_digest(value))
    }
    if not wanted:
        return records
    found = session.execute(select(TEXTS).where(TEXTS.c.digest.in_(sorted(wanted))))
    kept = {row.digest: row.text for row in found}
    return [replace(record, data=_with_lists(record.data, kept)) for record in records]


def _with_lists(data: Mapping[str, Any], kept: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: json.loads(kept[list_digest(value)]) if list_digest(value) in kept else value
        for name, value in data.items()
    }


def _record(row: Any) -> Record:
    body, who, data, at, readable = _parsed(row.body)
    return Record(
        index=row.idx,
        act=row.act,
        at=at,
        ok=row.ok,
        actor=row.actor,
        role=str(who.get("role", "")),
        round_id=row.round_id,
        subject=row.subject,
        data=data,
        body=body,
        leaf=bytes(row.leaf).hex(),
        readable=readable,
    )


def _parsed(body: str) -> tuple[str, Mapping[str, Any], Mapping[str, Any], datetime, bool]:
    """The parts of an entry; of a damaged one what there is: the trail around it must stay readable."""
    try:
        record = json.loads(body)
        who, data = record["who"], record.get("data", {})
        return body, {**who}, {**data}, from_stamp(record["at"]), True
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return body, {}, {}, datetime.fromtimestamp(0, UTC), False
