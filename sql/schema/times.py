"""Reads dates and times as records write them: 1992-02-14 18:35:44.0, and ISO 8601 with T, Z or an offset."""

import re
from datetime import UTC, datetime

from sql.schema.faults import UnfitError

_DAY = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_WITHOUT_ZONE = _EPOCH.replace(tzinfo=None)
_MARKS = {"-- ::", "--T::"}  # every third character of a date and a time, from the first dash on
_FORM = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?) ?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?")


def timestamp(text: str) -> int:
    """Returns the milliseconds since 1970 of a date, or of a date and a time; without an offset it is in UTC."""
    if text[4:17:3] in _MARKS:
        try:
            moment: datetime | None = datetime.fromisoformat(text)
        except ValueError:
            moment = None  # it has another form, or is not in the calendar
        if moment:
            return _milliseconds(moment)
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise UnfitError("is not a time such as 1992-02-14 18:35:44.0")
    day, clock, zone = found.groups()
    written = f"{day}T{clock or '00:00'}{'+00:00' if zone in {None, 'Z', 'z'} else zone}"
    try:
        return _milliseconds(datetime.fromisoformat(written))
    except ValueError:
        raise UnfitError("is not a time of the calendar") from None


def _milliseconds(moment: datetime) -> int:
    since = moment - (_EPOCH if moment.tzinfo else _EPOCH_WITHOUT_ZONE)
    return since.days * _DAY + since.seconds * 1000 + since.microseconds // 1000


def date(text: str) -> int:
    """Returns the milliseconds since 1970 of the beginning of a day in UTC."""
    return timestamp(text) // _DAY * _DAY


def clock_time(text: str) -> int:
    """Returns the milliseconds since midnight."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise UnfitError("is not a time of day such as 18:35:44")
    hours, minutes, seconds = (int(each or 0) for each in found.groups()[:3])
    if hours > 23 or minutes > 59 or seconds > 59:
        raise UnfitError("is not a time of day such as 18:35:44")
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int((found[4] or "0").ljust(3, "0")[:3])
