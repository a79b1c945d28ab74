"""Tells which rows last that end by a stamp, although a clock may have been far ahead when the stamp was written.

A stamp further ahead than any grant goes was left by a clock that was set back since. Such a row has ended: it would
last for years otherwise.
"""

from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

SLACK = timedelta(seconds=5)  # a clock that is set back by less ends nothing; /readyz lets clocks differ by as much


def lasting(field: str, longest: timedelta, now: datetime | Combinable | None = None) -> Q:
    """Returns the condition that a row lasts: its stamp, at most `longest` ahead when written, has not come yet.

    `now` is the database's own time unless a moment is given.
    """
    moment = Now() if now is None else now
    return Q(**{f"{field}__gt": moment, f"{field}__lte": moment + (longest + SLACK)})


def has_ended(stamp: datetime, longest: timedelta, now: datetime) -> bool:
    """Returns whether a row with this stamp has ended; as `lasting`, for a row that is in hand."""
    return not now < stamp <= now + longest + SLACK


def over(field: str, longest: timedelta, now: datetime | Combinable | None = None) -> Q:
    """Returns the condition that a row has ended: its stamp has come, or no grant explains it; as `lasting`."""
    moment = Now() if now is None else now
    return Q(**{f"{field}__lte": moment}) | Q(**{f"{field}__gt": moment + (longest + SLACK)})
