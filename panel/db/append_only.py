"""Triggers that make a table insert-only, or a column unchangeable, in both databases.

They are a fence against mistakes and against the application's own account; the proof is the audit tree.
"""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

INSERT_ONLY: dict[str, str | None] = {}
"""Every insert-only table, with its counter where it has one."""
FIXED: dict[str, str] = {}
"""Every table with an unchangeable column."""
RISING: dict[str, str] = {}
"""Every table whose rows come in the order of a column."""


def insert_only(table: Table, *, counter: str | None = None) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE on `table`; with `counter`, also an insert out of turn.

    `INSERT OR REPLACE` deletes without firing DELETE triggers unless recursive triggers are on.
    """
    INSERT_ONLY[table.name] = counter
    _after_create(table, _sqlite(table.name, counter), _postgresql(table.name, counter))


def fixed(table: Table, column: str) -> None:
    """Refuse every update that would change `column`: it is given once."""
    FIXED[table.name] = column
    _after_create(table, _sqlite_fixed(table.name, column), _postgresql_fixed(table.name, column))


def rising(table: Table, column: str) -> None:
    """Refuse a row whose `column` is not above that of every row before: none is replaced or slipped in."""
    RISING[table.name] = column
    _after_create(table, _sqlite_rising(table.name, column), _postgresql_rising(table.name, column))


def statements(table: str, counter: str | None, dialect: str) -> list[str]:
    """What `insert_only` does, for a migration."""
    return _sqlite(table, counter) if dialect == "sqlite" else _postgresql(table, counter)


def fixed_statements(table: str, column: str, dialect: str) -> list[str]:
    """What `fixed` does, for a migration."""
    return _sqlite_fixed(table, column) if dialect == "sqlite" else _postgresql_fixed(table, column)


def rising_statements(table: str, column: str, dialect: str) -> list[str]:
    """What `rising` does, for a migration."""
    return _sqlite_rising(table, column) if dialect == "sqlite" else _postgresql_rising(table, column)


def _after_create(table: Table, sqlite: list[str], postgresql: list[str]) -> None:
    for dialect, made in (("sqlite", sqlite), ("postgresql", postgresql)):
        for statement in made:
            ddl = DDL(statement)
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


def _sqlite(table: str, counter: str | None) -> list[str]:
    made = [
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
        for verb in ("update", "delete")
    ]
    if counter:
        made.append(
            f"CREATE TRIGGER {table}_in_order BEFORE INSERT ON {table} "
            f"WHEN NEW.{counter} IS NOT (SELECT COALESCE(MAX({counter}) + 1, 0) FROM {table}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} takes the next number only'); END"
        )
    return made


def _postgresql(table: str, counter: str | None) -> list[str]:
    made = [
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{table} is insert-only'; END$$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate",
    ]
    if counter:
        made += [
            f"CREATE OR REPLACE FUNCTION {table}_next() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$BEGIN IF NEW.{counter} <> (SELECT COALESCE(MAX({counter}) + 1, 0) FROM {table}) THEN "
            f"RAISE EXCEPTION '{table} takes the next number only'; END IF; RETURN NEW; END$$",
            f"CREATE TRIGGER {table}_in_order BEFORE INSERT ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_next()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_in_order",
        ]
    return made


def _sqlite_fixed(table: str, column: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_{column}_fixed BEFORE UPDATE OF {column} ON {table} "
        f"WHEN NEW.{column} IS NOT OLD.{column} "
        f"BEGIN SELECT RAISE(ABORT, '{table}.{column} never changes'); END"
    ]


def _postgresql_fixed(table: str, column: str) -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {table}_{column}_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN IF NEW.{column} IS DISTINCT FROM OLD.{column} THEN "
        f"RAISE EXCEPTION '{table}.{column} never changes'; END IF; RETURN NEW; END$$",
        f"CREATE TRIGGER {table}_{column}_fixed BEFORE UPDATE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_{column}_kept()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{column}_fixed",
    ]


def _sqlite_rising(table: str, column: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_rising BEFORE INSERT ON {table} "
        f"WHEN NEW.{column} <= (SELECT MAX({column}) FROM {table}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only and takes later rows only'); END"
    ]


def _postgresql_rising(table: str, column: str) -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {table}_later() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN IF NEW.{column} <= (SELECT MAX({column}) FROM {table}) THEN "
        f"RAISE EXCEPTION '{table} is insert-only and takes later rows only'; END IF; RETURN NEW; END$$",
        f"CREATE TRIGGER {table}_rising BEFORE INSERT ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_later()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_rising",
    ]
