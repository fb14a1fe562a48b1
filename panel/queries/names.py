"""Names behind the pseudonyms of the trail (姓名), looked up for a page: the trail itself holds none.

Units show once there is a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import read
from panel.audit.read import Record
from panel.language import _
from panel.rules.permissions import Role
from panel.vocabulary import term

ANONYMOUS = "anonymous"
SYSTEM_USER = "os-"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acted."""

    id: str
    name: str
    role: str


def people(session: Session) -> list[Person]:
    """Everybody who acted so far, by role and name."""
    names = Names(session)
    found = [Person(actor, names.actor(actor), names.role(actor)) for actor in read.actors(session)]
    order = [term(role) for role in Role]
    return sorted(found, key=lambda one: (order.index(one.role) if one.role in order else -1, one.name))


class Names:
    """Who and what the pseudonyms stand for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        accounts = session.exec(select(tables.Account.id, tables.Account.name, tables.Account.role))
        self._accounts = {f"u-{id_}": (name, role) for id_, name, role in accounts}
        self._experts = dict(session.exec(select(tables.Expert.number, tables.Expert.name)).all())
        rounds = session.exec(select(tables.Round.id, tables.Round.code))
        self._rounds = {str(id_): code for id_, code in rounds}
        self._units: dict[str, Mapping[str, str]] = {}

    def __call__(self, identifier: str) -> str:
        """An account by its holder, an expert by number and name, anything else as it is."""
        if identifier in self._experts:
            return f"{identifier} {self._experts[identifier]}"
        return self.actor(identifier)

    def actor(self, identifier: str) -> str:
        """Whoever acted."""
        if identifier in self._accounts:
            return self._accounts[identifier][0]
        if identifier == ANONYMOUS:
            return _("未登录的人")
        if identifier.startswith(SYSTEM_USER):
            return _("服务器用户 {name}").format(name=identifier.removeprefix(SYSTEM_USER))
        return identifier

    def role(self, identifier: str) -> str:
        """The role of whoever acted."""
        if identifier in self._accounts:
            return term(Role(self._accounts[identifier][1]))
        return _("命令行") if identifier.startswith(SYSTEM_USER) else ""

    def round_code(self, round_id: str) -> str:
        """The code of a round."""
        return self._rounds.get(round_id, "")

    def thing(self, record: Record) -> str:
        """The application that an entry is about, with its unit once that may be known."""
        number = record.subject.rpartition("/")[2]
        if record.round_id not in self._units:
            self._units[record.round_id] = self._units_of(record.round_id)
        unit = self._units[record.round_id].get(number)
        return f"{number} {unit}" if unit else ""

    def _units_of(self, round_id: str) -> Mapping[str, str]:
        if round_id not in self._rounds:
            return {}
        decided = select(tables.Eligibility.application_id)
        return dict(
            self._session.exec(
                select(tables.Application.number, tables.Application.unit).where(
                    tables.Application.round_id == int(round_id), col(tables.Application.id).in_(decided)
                )
            ).all()
        )
