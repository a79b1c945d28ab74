"""Reads the database's clock as a number, to compare other clocks with."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Func, Value
from django.db.models.expressions import Combinable

from streams.core.clock import from_datetime

# Milliseconds since 1970, by vendor. Not transaction_timestamp(): a transaction may have begun long ago.
_EXPRESSIONS = {
    "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
    "postgresql": "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)",
    "mysql": "CAST(unix_timestamp(now(6)) * 1000 AS SIGNED)",
}


class DatabaseTime(Func):
    """Gives the database's clock in milliseconds since 1970, within a query."""

    output_field = BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, tuple[()]]:
        return _EXPRESSIONS[connection.vendor], ()


def ahead_of_database(clock: Callable[[], int] | None) -> Combinable | None:
    """Returns the value for a column: how many milliseconds a clock is ahead of the database's;

    None without a clock.
    """
    return Value(clock()) - DatabaseTime() if clock else None


def database_time() -> int:
    """Asks the database for its time, in milliseconds since 1970."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_EXPRESSIONS[connection.vendor]}")
        return int(cursor.fetchone()[0])


def ahead_for_sure(now: Callable[[], datetime]) -> int:
    """Returns the milliseconds by which a clock is ahead of the database's, negative if it is behind.

    The clock is read before and after the question, so that an answer that comes late makes no clock wrong.
    """
    before = from_datetime(now())
    told = database_time()
    after = from_datetime(now())
    return before - told if before > told else min(0, after - told)
