"""Reads the times of many rows as text: SQLite and PostgreSQL give text, of which a datetime takes long to make.

The rows of one commit mostly share their times, so that each text is read once.
"""

from datetime import UTC, datetime
from functools import lru_cache

from django.db import connection
from django.db.models import CharField, F
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from streams.core import clock

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - see _plain


def quick_time(name: str) -> Combinable:
    """Returns the expression of a field of times, for the functions below: text on SQLite and PostgreSQL."""
    return Cast(F(name), CharField()) if connection.vendor in ("sqlite", "postgresql") else F(name)


def _plain(text: str) -> datetime:
    """Returns the time of a text without a zone, or with UTC's own as PostgreSQL writes it: both are UTC."""
    return datetime.fromisoformat(text.removesuffix("+00"))


@lru_cache(maxsize=512)
def moment_of(value: str | datetime) -> datetime:
    """Returns the time, as Django would have read it."""
    return value if isinstance(value, datetime) else _plain(value).replace(tzinfo=UTC)


def milliseconds_of(value: str | datetime) -> int:
    """Returns the milliseconds since 1970, cut to whole ones, as clock.from_datetime does."""
    if isinstance(value, datetime):
        return clock.from_datetime(value)
    past = _plain(value) - _EPOCH
    return (past.days * 86_400 + past.seconds) * clock.SECOND + past.microseconds // 1000
