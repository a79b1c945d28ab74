"""Each refusal of a database names its remedy, and only that."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.db.transaction import TransactionManagementError

from common import database_errors as says
from common.database_errors import again_if_locked, is_away, renewed_connection, sentence

MYSQL = {
    1146: says.MISSING,
    1205: says.LOCKED,
    1114: says.FULL,
    1290: says.READ_ONLY,
    2002: says.AWAY,
    1045: says.DENIED,
    1040: says.CROWDED,
    1064: "",
}
POSTGRES: dict[type[psycopg.Error], str] = {
    psycopg.errors.UndefinedTable: says.MISSING,
    psycopg.errors.LockNotAvailable: says.LOCKED,
    psycopg.errors.DiskFull: says.FULL,
    psycopg.errors.ReadOnlySqlTransaction: says.READ_ONLY,
    psycopg.OperationalError: says.AWAY,
    psycopg.errors.InvalidPassword: says.DENIED,
    psycopg.errors.TooManyConnections: says.CROWDED,
    psycopg.errors.SyntaxError: "",
}


def sqlite_errors(folder: Path) -> Iterator[tuple[str, str]]:
    """Returns real errors, each with the message for it."""
    (folder / "none").write_bytes(b"no database" * 99)
    with closing(sqlite3.connect(folder / "x", isolation_level=None, timeout=0)) as held:
        held.execute("CREATE TABLE t (a)")
        held.execute("BEGIN EXCLUSIVE")
        for path, statement, help_ in (
            ("x", "SELECT * FROM t", says.LOCKED),
            ("y", "SELECT * FROM t", says.MISSING),
            ("none", "SELECT * FROM t", says.DAMAGED),
            ("a/b", "SELECT 1", says.CLOSED),
        ):
            try:
                with closing(sqlite3.connect(folder / path, timeout=0)) as database:
                    database.execute(statement)
            except sqlite3.Error as error:
                yield sentence(OperationalError(*error.args)), f"The database refused: {error}. {help_}"


def test_sqlite_errors_are_classified(tmp_path: Path) -> None:
    found = list(sqlite_errors(tmp_path))
    assert len(found) == 4
    assert [said for said, _ in found] == [wanted for _, wanted in found]


@pytest.mark.parametrize("number", MYSQL)
def test_mariadb_errors_are_classified(number: int) -> None:
    error = OperationalError(number, "its words.")
    assert sentence(error) == f"The database refused: its words. {MYSQL[number]}".rstrip()


@pytest.mark.parametrize("kind", POSTGRES)
def test_postgresql_errors_are_classified(kind: type[psycopg.Error]) -> None:
    error = ProgrammingError("its\n\twords")
    error.__cause__ = kind("its\n\twords")
    assert sentence(error) == f"The database refused: its words. {POSTGRES[kind]}".rstrip()


class Losing:
    """Loses its lock a number of times, as MariaDB says it, and then succeeds."""

    def __init__(self, times: int, number: int = 1213) -> None:
        self.left, self.tries, self.number = times, 0, number

    def __call__(self) -> int:
        self.tries += 1
        if self.left:
            self.left -= 1
            raise OperationalError(self.number, "Deadlock found when trying to get lock; try restarting transaction")
        return self.tries


@pytest.mark.django_db(transaction=True)
def test_transaction_is_tried_again_when_it_lost_a_lock() -> None:
    assert again_if_locked(Losing(4))() == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("losing", "tries"), [(Losing(9), 5), (Losing(9, number=2006), 1)])
def test_transaction_ends_when_it_loses_each_time_or_the_server_is_away(losing: Losing, tries: int) -> None:
    with pytest.raises(OperationalError):
        again_if_locked(losing)()
    assert losing.tries == tries


@pytest.mark.django_db(transaction=True)
def test_part_of_a_transaction_is_not_tried_again() -> None:
    losing = Losing(1)
    with pytest.raises(OperationalError), transaction.atomic():
        again_if_locked(losing)()
    assert losing.tries == 1


def answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


@pytest.mark.django_db(transaction=True)
def test_connection_is_renewed_when_closing_a_cursor_raises_the_error_of_the_driver(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(connection, "close", lambda: closed.append(True))
    error = sqlite3.OperationalError("gone")
    with pytest.raises(OperationalError, match="gone"), renewed_connection():
        raise error
    assert (closed, is_away(error), is_away(ValueError())) == ([True], True, False)


@pytest.mark.django_db(transaction=True)
def test_connection_is_renewed_when_its_rollback_failed() -> None:
    connection.ensure_connection()
    connection.needs_rollback = True  # as Django leaves it if the server goes away while a savepoint is rolled back
    with pytest.raises(OperationalError, match="lost in a transaction"), renewed_connection():
        answers()
    assert answers()


@pytest.mark.django_db(transaction=True)
def test_query_in_a_failed_transaction_stays_an_error_of_the_program() -> None:
    with pytest.raises(TransactionManagementError), transaction.atomic(), renewed_connection():
        transaction.set_rollback(True)
        answers()
