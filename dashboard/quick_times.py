"""Reads the times of many rows: Django's way to make a datetime of SQLite's text takes longer than the query itself."""

from datetime import UTC, datetime
from functools import lru_cache

from django.db import connection
from django.db.models import CharField, F
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from streams.core import clock

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - SQLite has times of UTC without a zone


def quick_time(name: str) -> Combinable:
    """Returns the expression of a field of times: text on SQLite, which the functions below take."""
    return Cast(F(name), CharField()) if connection.vendor == "sqlite" else F(name)


@lru_cache(maxsize=512)  # the rows of one commit mostly share theirs
def moment_of(value: str | datetime) -> datetime:
    """Returns the time, as Django would have read it."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC)


def milliseconds_of(value: str | datetime) -> int:
    """Returns the milliseconds since 1970, cut to whole ones, as clock.from_datetime does."""
    if isinstance(value, datetime):
        return clock.from_datetime(value)
    past = datetime.fromisoformat(value) - _EPOCH
    return (past.days * 86_400 + past.seconds) * clock.SECOND + past.microseconds // 1000
