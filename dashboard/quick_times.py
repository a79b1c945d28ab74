"""Reads the times of many rows as text: SQLite and PostgreSQL give text, of which a datetime takes long to make.

The rows of one commit mostly share their times, so that each text is read once.
"""

from datetime import UTC, datetime
from functools import lru_cache

from django.db import connection
from django.db.models import CharField, F, Func
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from streams.core import clock

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the texts are of UTC, without a zone
# A cast to text would follow the server's DateStyle. Django's connections have the zone UTC.
_ISO = "to_char(%(expressions)s, 'YYYY-MM-DD HH24:MI:SS.US')"


def quick_time(name: str) -> Combinable:
    """Returns the expression of a field of times, for the functions below: text on SQLite and PostgreSQL."""
    if connection.vendor == "postgresql":
        return Func(F(name), template=_ISO, output_field=CharField())
    return Cast(F(name), CharField()) if connection.vendor == "sqlite" else F(name)


@lru_cache(maxsize=512)
def moment_of(value: str | datetime) -> datetime:
    """Returns the time, as Django would have read it."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC)


def milliseconds_of(value: str | datetime) -> int:
    """Returns the milliseconds since 1970, cut to whole ones, as clock.from_datetime does."""
    if isinstance(value, datetime):
        return clock.from_datetime(value)
    past = datetime.fromisoformat(value) - _EPOCH
    return (past.days * 86_400 + past.seconds) * clock.SECOND + past.microseconds // 1000
