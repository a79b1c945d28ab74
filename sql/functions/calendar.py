"""Counts days, months and milliseconds in the proleptic Gregorian calendar, in UTC, for the years 1 to 9999."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from sql.errors import Fault, RowError

DAY = 86_400_000
LENGTHS = {"DAY": DAY, "HOUR": 3_600_000, "MINUTE": 60_000, "SECOND": 1_000}  # in milliseconds
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
FIRST = (datetime(1, 1, 1, tzinfo=UTC) - EPOCH) // MILLISECOND
LAST = (datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC) - EPOCH) // MILLISECOND


class Civil(NamedTuple):
    """Names a moment by its calendar fields; `rest` is the time of the day in milliseconds."""

    year: int
    month: int
    day: int
    rest: int


def check_time(moment: int) -> int:
    """Returns milliseconds since 1970; raises when they are not in the years 1 to 9999."""
    if FIRST <= moment <= LAST:
        return moment
    raise RowError(Fault.ARITHMETIC, f"{moment} milliseconds since 1970 are not in the years 1 to 9999.")


def date_and_time(moment: int) -> datetime:
    """Returns the date and time of milliseconds since 1970."""
    return EPOCH + timedelta(milliseconds=check_time(moment))


def civil(moment: int) -> Civil:
    """Returns the calendar fields of milliseconds since 1970."""
    found = date_and_time(moment)
    return Civil(found.year, found.month, found.day, moment % DAY)


@lru_cache(4096)
def midnight(year: int, month: int, day: int) -> int:
    """Returns milliseconds since 1970; raises ValueError for a date that is none."""
    return (datetime(year, month, day, tzinfo=UTC) - EPOCH) // MILLISECOND


def month_length(year: int, month: int) -> int:
    following = midnight(year + month // 12, month % 12 + 1, 1) if (year, month) != (9999, 12) else LAST + 1
    return (following - midnight(year, month, 1)) // DAY


def add_months(moment: int, months: int) -> int:
    """Returns the moment some months later; the 31st becomes the last day of a shorter month."""
    at = civil(moment)
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise RowError(Fault.ARITHMETIC, f"{months} months from the year {at.year} are not in the years 1 to 9999.")
    return midnight(year, month + 1, min(at.day, month_length(year, month + 1))) + at.rest


def months_between(later: int, earlier: int) -> int:
    """Returns the whole months from one moment to another, cut toward 0."""
    if later < earlier:
        return -months_between(earlier, later)
    one, other = civil(later), civil(earlier)
    months = (one.year - other.year) * 12 + one.month - other.month
    return months - ((one.day, one.rest) < (other.day, other.rest))


def floor_to(moment: int, unit: str) -> int:
    """Returns the start of the unit, of UNITS, that holds a moment."""
    if unit in LENGTHS:
        return moment - moment % LENGTHS[unit]
    at = civil(moment)
    return midnight(at.year, at.month if unit == "MONTH" else 1, 1)


def ceil_to(moment: int, unit: str) -> int:
    """Returns the moment itself if it starts a unit, else the start of the next one."""
    start = floor_to(moment, unit)
    if start == moment:
        return moment
    return start + LENGTHS[unit] if unit in LENGTHS else add_months(start, 12 if unit == "YEAR" else 1)


def cut_to(length: int, unit: str) -> int:
    """Returns an interval cut toward 0 to whole units; a SECOND keeps its milliseconds; months for YEAR and MONTH."""
    if unit == "SECOND" or unit == "MONTH":
        return length
    step = 12 if unit == "YEAR" else LENGTHS[unit]
    return length - length % step if length >= 0 else length + -length % step


def iso_date(moment: int) -> str:
    return f"{date_and_time(moment):%Y-%m-%d}".rjust(10, "0")


def iso_time(rest: int) -> str:
    """Returns hours, minutes and seconds, with milliseconds if there are any."""
    seconds, thousandths = divmod(rest, 1000)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{thousandths:03}" if thousandths else text


def iso_timestamp(moment: int) -> str:
    return f"{iso_date(moment)} {iso_time(moment % DAY)}"
