"""Prepared statements mean the same as when a session executes them, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from panel.db.engine import changed, writing
from panel.db.prepared import Prepared, begun, commit, run
from panel.services.office import Office
from panel.tables import Account, Round, SignIn
from tests.world import World

ROUNDS: Table = Round.__table__  # type: ignore[attr-defined]
ACCOUNTS: Table = Account.__table__  # type: ignore[attr-defined]
SIGN_INS: Table = SignIn.__table__  # type: ignore[attr-defined]
WHEN = datetime(2026, 9, 1, 1, 2, 3, 456789, tzinfo=UTC)


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (select(ROUNDS).where(ROUNDS.c.code == bindparam("wanted")), {"wanted": "2026"}),
        (select(ACCOUNTS).where(ACCOUNTS.c.login == bindparam("wanted")), {"wanted": "E1"}),
        (
            select(ACCOUNTS.c.login, ACCOUNTS.c.disabled.label("off"), ACCOUNTS.c.created_at)
            .where(ACCOUNTS.c.created_at < bindparam("day"), ACCOUNTS.c.disabled == bindparam("off"))
            .order_by(ACCOUNTS.c.id)
            .limit(1),
            {"day": WHEN + timedelta(days=900), "off": False},
        ),
        (
            select(ROUNDS.c.id, ROUNDS.c.stage)
            .where(ROUNDS.c.code == bindparam("wanted"))
            .with_for_update(read=True),
            {"wanted": "2026"},
        ),
    ],
    ids=["bytes and dates", "nothing and truth", "moments and constants", "held"],
)
def test_a_row_comes_out_as_from_a_session(
    office: Office, world: World, statement: object, values: dict[str, object]
) -> None:
    world.scoring_round(1)
    prepared = Prepared(statement)  # type: ignore[arg-type]
    with office.reading() as session:
        wanted = session.connection().execute(statement, values).one()  # type: ignore[call-overload]
        for _ in range(2):
            found = prepared.one_or_none(session, **values)
            assert found._asdict() == wanted._asdict()
            assert [type(value) for value in found] == [type(value) for value in wanted]


def test_what_is_not_there_is_none(office: Office) -> None:
    prepared = Prepared(select(ROUNDS.c.id).where(ROUNDS.c.code == bindparam("wanted")))
    with office.reading() as session:
        assert prepared.one_or_none(session, wanted="1999") is None


def test_what_is_written_is_what_was_given(office: Office, world: World) -> None:
    account = world.secretary.account_id
    begin, end = (
        Prepared(insert(SIGN_INS)),
        Prepared(
            update(SIGN_INS).where(SIGN_INS.c.id == bindparam("of")).values(ended_at=bindparam("at"), ip="-")
        ),
    )
    with world.store() as session:
        run(
            session,
            begin.write(
                id=7,
                token_hash="h",
                account_id=account,
                began_at=WHEN,
                expires_at=WHEN,
                ended_at=None,
                ip="10.0.0.1",
                locked_at=None,
                device=None,
                ended_because=None,
            ),
        )
        assert _sign_in(session) == (WHEN, None, "10.0.0.1")
        run(session, end.write(of=7, at=WHEN + timedelta(microseconds=1)))
        assert _sign_in(session) == (WHEN, WHEN + timedelta(microseconds=1), "-")


def test_several_writes_of_like_parameters_keep_their_own_values(office: Office, world: World) -> None:
    world.round_()
    rename = update(ROUNDS).where(ROUNDS.c.code == bindparam("wanted"))
    title = Prepared(rename.values(title=bindparam("new")))
    begin = Prepared(insert(SIGN_INS))
    account = {"account_id": world.secretary.account_id, "began_at": WHEN, "expires_at": WHEN, "ip": "-"}
    empty = dict.fromkeys(("ended_at", "locked_at", "device", "ended_because"))
    with world.store() as session:
        run(
            session,
            begin.write(id=7, token_hash="first", **account, **empty),
            title.write(wanted="2026", new="100% 新"),
            begin.write(id=8, token_hash="second", **account, **empty),
        )
        rows = session.connection().execute(select(SIGN_INS.c.id, SIGN_INS.c.token_hash).order_by("id"))
        assert rows.all() == [(7, "first"), (8, "second")]
        assert session.connection().execute(select(ROUNDS.c.title)).scalar_one() == "100% 新"


def test_of_several_writes_none_stays_when_one_is_refused(office: Office, world: World) -> None:
    world.round_()
    title = Prepared(update(ROUNDS).where(ROUNDS.c.code == bindparam("of")).values(title=bindparam("new")))
    stage = Prepared(update(ROUNDS).where(ROUNDS.c.code == bindparam("of")).values(stage=bindparam("to")))
    with pytest.raises(IntegrityError), begun(writing(office.engine)) as session:
        run(session, title.write(of="2026", new="别的"), stage.write(of="2026", to="nowhere"))
    with office.reading() as session:
        assert session.connection().execute(select(ROUNDS.c.title)).scalar_one() != "别的"


def test_a_session_that_was_asked_something_is_closed_and_lets_its_rows_go(
    office: Office, world: World
) -> None:
    world.round_()
    with office.glancing() as session:
        row = session.get_one(Round, 1)
        assert row in session
    assert row not in session


def test_every_parameter_has_to_be_given(office: Office) -> None:
    prepared = Prepared(select(ROUNDS.c.id).where(ROUNDS.c.code == bindparam("wanted")))
    with office.reading() as session, pytest.raises(LookupError):
        prepared.one_or_none(session)


def test_a_write_is_noticed_and_a_question_is_not(office: Office, world: World) -> None:
    world.round_()
    ask = Prepared(select(ROUNDS.c.id).where(ROUNDS.c.code == bindparam("wanted")))
    rename = Prepared(
        update(ROUNDS).where(ROUNDS.c.code == bindparam("wanted")).values(title=bindparam("new"))
    )
    with world.store() as session:
        ask.one_or_none(session, wanted="2026")
        assert not changed(session.connection())
        run(session, rename.write(wanted="2026", new="另一个名称"))
        assert changed(session.connection())


def test_the_end_of_a_transaction_takes_its_last_writes_along(office: Office, world: World) -> None:
    world.round_()
    title = Prepared(update(ROUNDS).where(ROUNDS.c.code == bindparam("of")).values(title=bindparam("new")))
    with begun(writing(office.engine)) as session:
        commit(session, title.write(of="2026", new="别的"))
    with office.reading() as reader:
        assert reader.connection().execute(select(ROUNDS.c.title)).scalar_one() == "别的"


def test_a_last_write_that_is_refused_undoes_everything_and_the_connection_serves_on(
    office: Office, world: World
) -> None:
    world.round_()
    before = select(ROUNDS.c.title, ROUNDS.c.stage)
    title = Prepared(update(ROUNDS).where(ROUNDS.c.code == bindparam("of")).values(title=bindparam("new")))
    stage = Prepared(update(ROUNDS).where(ROUNDS.c.code == bindparam("of")).values(stage=bindparam("to")))
    with office.reading() as reader:
        stood = reader.connection().execute(before).one()

    def end_badly() -> None:
        with begun(writing(office.engine)) as session:
            run(session, title.write(of="2026", new="别的"))
            commit(session, stage.write(of="2026", to="nowhere"))

    for _ in range(3):
        with pytest.raises(IntegrityError):
            end_badly()
        with office.glancing() as glance:
            assert glance.connection().execute(before).one() == stood


def test_what_is_asked_behind_a_lock_sees_what_its_holder_committed(office: Office, world: World) -> None:
    world.round_()
    title = Prepared(update(ROUNDS).where(ROUNDS.c.code == bindparam("of")).values(title=bindparam("new")))
    asked = Prepared(
        select(ROUNDS.c.id, ROUNDS.c.title).where(ROUNDS.c.code == "2026").limit(1),
        behind=select(func.pg_advisory_xact_lock(1)),
    )

    def second() -> str:
        began.set()
        with begun(writing(office.engine)) as session:
            return str(asked.one_or_none(session).title)

    began = Event()
    with ThreadPoolExecutor(1) as thread:
        with begun(writing(office.engine)) as session:
            assert asked.one_or_none(session).id == 1
            waiting = thread.submit(second)
            assert began.wait(10)
            with pytest.raises(TimeoutError):
                waiting.result(0.2)
            run(session, title.write(of="2026", new="别的"))
            commit(session)
        assert waiting.result(10) == "别的"


def _sign_in(session: Session) -> tuple[object, ...]:
    return tuple(
        session.connection().execute(select(SIGN_INS.c.began_at, SIGN_INS.c.ended_at, SIGN_INS.c.ip)).one()
    )
