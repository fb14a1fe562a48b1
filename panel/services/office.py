"""The office that this installation serves: store, settings, policy, clock, and the only way to write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, select

from panel import clock
from panel.audit import log
from panel.audit.events import Event, Refused
from panel.config import Settings
from panel.db import prepared
from panel.db.engine import changed, glancing, is_sqlite, is_taken, open_engine, steady, writing
from panel.db.prepared import Write
from panel.db.turns import FifoLock
from panel.errors import NotAllowed, NotFound, PanelError, RuleBroken, StaleVersion, UnrecordedChange
from panel.language import _
from panel.rules.criteria import Policy
from panel.rules.permissions import Action, Role, may
from panel.rules.policies import read_policy
from panel.rules.stages import Stage
from panel.services.refusals import RefusalQuota
from panel.tables import Round

Reader = Session
"""A session that is only read from, as screens hold it without knowing the store."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account that is signed in, or the operating-system user of the command line."""

    id: str
    """The identity in the log: `u-<account>` or `os-<user>`."""
    role: Role | None
    account_id: int | None = None
    expert_id: int | None = None
    session: str = ""
    ip: str = ""
    request: str = ""

    def who(self) -> log.Who:
        """The actor as the trail writes it."""
        return log.Who(self.id, self.role or "", self.session, self.ip, self.request)


def log_id(account_id: int | None) -> str:
    """The pseudonymous identity of an account in the trail."""
    return f"u-{account_id}"


class Staged(Protocol):
    """A round, as far as permissions ask: a whole row, or the few columns that a busy act has read."""

    @property
    def stage(self) -> str: ...


@dataclass(slots=True)
class Change:
    """A running transaction: what it does is recorded here, and nothing is committed without a record."""

    session: Session
    actor: Actor
    now: datetime
    entries: list[log.Entry] = field(default_factory=list)
    along: Callable[[], Iterable[Write]] | None = None
    """Makes what is written with the last entry, whose number it has to name."""
    round_id: int | None = None
    """The round that is acted in, for the entry of a refusal."""

    def record(
        self,
        what: Event,
        *,
        subject: object = "",
        round_id: int | None = None,
        revision: int | None = None,
        ok: bool = True,
    ) -> log.Entry:
        """Note `what` for the trail; its number is known when the transaction has ended."""
        entry = log.Entry(
            event=what,
            who=self.actor.who(),
            at=self.now,
            subject=str(subject),
            round_id="" if round_id is None else str(round_id),
            revision=revision,
            ok=ok,
        )
        self.entries.append(entry)
        return entry

    def number(self) -> None:
        """Put what was recorded so far into the trail now: what is written next has to name its number."""
        self.session.flush()
        log.append(self.session, *self.waiting())

    def waiting(self) -> list[log.Entry]:
        """What was recorded and has no number yet."""
        return [entry for entry in self.entries if entry.index < 0]

    def permit(self, action: Action, round_: Staged | None = None) -> None:
        """Go on only if the table allows this actor the action at the round's stage."""
        permit(self.actor, action, round_)


def permit(actor: Actor, action: Action, round_: Staged | None = None) -> None:
    """Go on only if the table allows an actor the action at the round's stage."""
    if actor.role is None or not may(action, actor.role, Stage(round_.stage) if round_ else None):
        raise NotAllowed(f"{action} is not allowed here and now")


class Office:
    """One installation: made once at the start, shared by all requests."""

    def __init__(
        self,
        settings: Settings,
        policy: Policy,
        clock_: clock.Clock = clock.now,
        engine: Engine | None = None,
    ) -> None:
        self.settings = settings
        self.policy = policy
        self.clock = clock_
        self.engine = engine or open_engine(settings.url)
        self._reader, self._glancer, self._writer = (
            steady(self.engine),
            glancing(self.engine),
            writing(self.engine),
        )
        self._turns = FifoLock()
        self._quota = RefusalQuota()
        self._policies: dict[str, Policy] = {}

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees the whole store as at one moment; end it before a change begins."""
        with Session(self._reader) as session:
            yield session

    @contextmanager
    def glancing(self) -> Iterator[Session]:
        """A session for a page: each question sees the newest state, and no write has to wait for it."""
        with prepared.connected(self._glancer) as session:
            yield session

    @contextmanager
    def change(self, actor: Actor, tried: type[Event]) -> Iterator[Change]:
        """One transaction with its audit entries; a refusal inside is logged as an attempt at `tried`."""
        change: Change | None = None
        try:
            with self._turn(), prepared.begun(self._writer) as session:
                change = Change(session, actor, self.clock())
                yield change
                _commit(change)
        except (NotAllowed, NotFound, RuleBroken) as refusal:
            self.refuse(actor, tried.act, refusal, change.round_id if change else None)
            raise
        except StaleDataError:
            raise StaleVersion(_("有人同时改动了同一内容。")) from None
        except IntegrityError as clash:
            if not is_taken(clash):
                raise
            raise StaleVersion(_("有人同时登记了同一内容。")) from None

    @contextmanager
    def filing(self) -> Iterator[Session]:
        """A transaction for what speaks about the trail and cannot stand in it: checkpoints, cosignatures."""
        with self._turn(), prepared.begun(self._writer) as session:
            yield session
            prepared.commit(session)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not is_sqlite(self.engine):
            yield
            return
        with self._turns:
            yield

    def refuse(self, actor: Actor, tried: str, refusal: PanelError, round_id: int | None = None) -> None:
        """Log an attempt that was refused: a page that is not for this role, or an act within a change."""
        why = refusal.code if isinstance(refusal, RuleBroken) else type(refusal).__name__
        now = self.clock()
        if not self._quota.take(actor.id, now):
            return
        with self._turn(), prepared.begun(self._writer) as session:
            change = Change(session, actor, now)
            change.record(Refused(tried=tried, why=why), round_id=round_id, ok=False)
            _commit(change)

    def policy_of(self, round_: Round) -> Policy:
        """The policy of a round: its own frozen copy once scoring has opened, else the file's."""
        return _read(round_.policy) if round_.policy else self.policy

    def policy_named(self, session: Session, digest: str) -> Policy:
        """The same by the digest under which a round keeps its copy: the long text is read only once."""
        if digest and digest not in self._policies:
            text = session.exec(select(Round.policy).where(Round.policy_digest == digest).limit(1)).one()
            self._policies[digest] = _read(text)
        return self._policies[digest] if digest else self.policy


@lru_cache(maxsize=16)
def _read(text: str) -> Policy:
    return read_policy(text, "the round's policy")


def _commit(change: Change) -> None:
    session = change.session
    session.flush()
    if waiting := change.waiting():
        log.append(session, *waiting, along=change.along or tuple, send=prepared.commit)
        return
    if change.along or (not change.entries and changed(prepared.of(session))):
        raise UnrecordedChange("a change without an audit event was about to be committed")
    prepared.commit(session)
