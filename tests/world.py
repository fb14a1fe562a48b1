"""People and rounds for tests, put into the store directly: what stands before the act under test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

from sqlmodel import Session, SQLModel, col, select

from panel import tables
from panel.clock import Clock
from panel.db.engine import writing
from panel.rules.applications import (
    Application,
    BudgetCategory,
    BudgetLine,
    CertificateLevel,
    EmploymentKind,
    Member,
    OccupationState,
    ProjectKind,
    Track,
)
from panel.rules.eligibility import Verdict
from panel.rules.permissions import Role
from panel.rules.sheets import SheetState
from panel.rules.stages import Stage, reached
from panel.services import credentials
from panel.services.office import Actor, Office, log_id
from tests.scenes import scene

PASSWORD = "correct horse battery"
# Argon2id as everywhere, but with little work: people sign in often here.
SHIPPED_WORK, credentials.WORK = credentials.WORK, (1, 8)
_HASH = credentials.hash_password(PASSWORD)

STUDIO = Application(
    number="S01",
    track=Track.STUDIO,
    unit="甲单位（虚构）",
    unit_code="91110115MA0000001X",
    address="大兴区一号路1号",
    in_district=True,
    master_name="王一（虚构）",
    occupation="焊工",
    occupation_state=OccupationState.LISTED,
    certificate=CertificateLevel.TECHNICIAN,
    master_key="key-1",
    summary="工作室简介。",
    team=tuple(Member(f"成员{n}（虚构）", EmploymentKind.FORMAL) for n in range(3)),
)
PROJECT = replace(
    STUDIO,
    number="P01",
    track=Track.PROJECT,
    linked_studio="S01",
    title="焊接工艺改进",
    kind=ProjectKind.PROCESS,
    months=12,
    total_fen=6_000_000,
    subsidy_fen=5_000_000,
    summary="改进薄板焊接变形控制。",
    budget=(BudgetLine(BudgetCategory.RESEARCH, "试验材料", 6_000_000),),
)


@dataclass(slots=True)
class World:
    """The office under test, and short ways to fill it."""

    office: Office
    clock: Clock
    accounts: dict[str, Actor] = field(default_factory=dict)
    _open: Session | None = None

    @contextmanager
    def store(self) -> Iterator[Session]:
        """Write to the store past the services: only to set the scene, or to tamper.

        Inside another one it writes in the same transaction, which is much quicker than one for each row.
        """
        if self._open is not None:
            yield self._open
            self._open.flush()
            return
        with Session(writing(self.office.engine), expire_on_commit=False) as session:
            self._open = session
            try:
                yield session
            finally:
                self._open = None
            session.commit()

    def add(self, *rows: SQLModel) -> None:
        """Put rows into the store."""
        with self.store() as session:
            session.add_all(rows)

    def person(self, role: Role, login: str = "", expert_id: int | None = None) -> Actor:
        """An account of that role, with `PASSWORD`; the same login gives the same person."""
        login = login or role.value
        if login in self.accounts:
            return self.accounts[login]
        row = tables.Account(
            login=login,
            name=f"{login}（虚构）",
            role=role,
            expert_id=expert_id,
            password_hash=_HASH,
            created_at=self.clock(),
        )
        self.add(row)
        self.accounts[login] = Actor(log_id(row.id), role, row.id, expert_id)
        return self.accounts[login]

    def login(self, actor: Actor) -> str:
        """The login of somebody with an account."""
        return next(login for login, known in self.accounts.items() if known == actor)

    @property
    def secretary(self) -> Actor:
        """The panel secretary."""
        return self.person(Role.SECRETARY)

    @property
    def inspector(self) -> Actor:
        """The discipline inspector."""
        return self.person(Role.INSPECTOR)

    @property
    def administrator(self) -> Actor:
        """The administrator."""
        return self.person(Role.ADMINISTRATOR)

    def round_(self, code: str = "2026", stage: Stage = Stage.SETUP) -> int:
        """A round at that stage, with the policy frozen where it must be."""
        policy = self.office.policy
        frozen = reached(stage, Stage.SCORING)
        row = tables.Round(
            code=code,
            title=f"{code}年评选（虚构）",
            closes_on=date(2026, 8, 28),
            stage=stage,
            policy=policy.text if frozen else "",
            policy_digest=policy.digest if frozen else "",
            blind_key=bytes(range(32)),
            created_at=self.clock(),
        )
        self.add(row)
        return row.id

    def stage(self, round_id: int, stage: Stage) -> None:
        """Set the stage, past all rules."""
        with self.store() as session:
            row = session.get_one(tables.Round, round_id)
            row.stage = stage
            session.add(row)

    def application(
        self,
        round_id: int,
        plain: Application,
        *,
        verdict: Verdict | None = Verdict.ACCEPTED,
        blind_code: str = "",
    ) -> int:
        """An application as it was handed in, with its verdict unless None."""
        row = tables.Application(
            round_id=round_id,
            number=plain.number,
            track=plain.track,
            linked_studio=plain.linked_studio,
            unit=plain.unit,
            unit_code=plain.unit_code,
            parent_unit=plain.parent_unit,
            branch=plain.branch,
            address=plain.address,
            in_district=plain.in_district,
            master_name=plain.master_name,
            master_key=plain.master_key,
            master_last4=plain.master_last4,
            occupation=plain.occupation,
            occupation_state=plain.occupation_state,
            certificate=plain.certificate,
            exception=plain.exception,
            title=plain.title,
            kind=plain.kind or "",
            months=plain.months,
            total_fen=plain.total_fen,
            subsidy_fen=plain.subsidy_fen,
            summary=plain.summary,
            materials=" ".join(sorted(plain.materials)),
            blind_code=blind_code or None,
        )
        self.add(row)
        parts: list[SQLModel] = [
            *(tables.Member(application_id=row.id, name=m.name, employment=m.employment) for m in plain.team),
            *(
                tables.BudgetLine(
                    application_id=row.id,
                    category=b.category,
                    item=b.item,
                    amount_fen=b.amount_fen,
                    note=b.note,
                )
                for b in plain.budget
            ),
            *(
                tables.Statement(application_id=row.id, criterion=criterion, text=text)
                for criterion, text in plain.statements.items()
            ),
        ]
        if verdict is not None:
            parts.append(
                tables.Eligibility(
                    application_id=row.id,
                    verdict=verdict,
                    reason="符合条件",
                    decided_by="u-test",
                    decided_at=self.clock(),
                )
            )
        self.add(*parts)
        return row.id

    def expert(self, number: str, round_id: int | None = None, *, chair: bool = False) -> Actor:
        """An expert with an account, on the panel of the round if one is given, pledge taken."""
        row = tables.Expert(number=number, name=f"专家{number}（虚构）", employer=f"{number}单位（虚构）")
        self.add(row)
        if round_id is not None:
            self.add(
                tables.Panelist(
                    round_id=round_id,
                    expert_id=row.id,
                    chair=chair,
                    pledged_at=self.clock(),
                    pledge_digest=self.office.policy.pledge.digest,
                )
            )
        return self.person(Role.EXPERT, number, row.id)

    def never_activated(self, *logins: str) -> None:
        """Accounts whose holders have not chosen a password yet."""
        with self.store() as session:
            for row in session.exec(select(tables.Account).where(col(tables.Account.login).in_(logins))):
                row.password_hash = ""
                session.add(row)

    def scoring_round(self, experts: int = 5, applications: Iterable[Application] = (STUDIO, PROJECT)) -> int:
        """A round in scoring: `experts` on the panel (E1 chairs), everybody assigned to every application."""
        several = tuple(applications)
        key = "scoring round", experts, repr(several), self.office.policy.digest
        return scene(self, key, lambda: self._scoring_round(experts, several))

    def _scoring_round(self, experts: int, applications: Iterable[Application]) -> int:
        with self.store():
            round_id = self.round_(stage=Stage.SCORING)
            ids = [
                self.application(round_id, plain, blind_code=f"{plain.number[0]}X-{n:02}")
                for n, plain in enumerate(applications, 1)
            ]
            for n in range(1, experts + 1):
                who = self.expert(f"E{n}", round_id, chair=n == 1).expert_id
                assert who is not None
                self.add(
                    *(
                        tables.Sheet(round_id=round_id, expert_id=who, application_id=a, position=p)
                        for p, a in enumerate(ids, 1)
                    )
                )
        return round_id

    def fill(self, expert: Actor, application_id: int, points: Mapping[str, int], comment: str = "") -> None:
        """Put draft scores on an expert's sheet."""
        with self.store() as session:
            sheet = session.exec(
                select(tables.Sheet).where(
                    tables.Sheet.expert_id == expert.expert_id, tables.Sheet.application_id == application_id
                )
            ).one()
            assert sheet.state == SheetState.DRAFT
            session.add_all(
                tables.Score(sheet_id=sheet.id, unit=unit, points=value, comment=comment)
                for unit, value in points.items()
            )
