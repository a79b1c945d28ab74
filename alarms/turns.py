"""Writes the turns of duty lists in plain form and in words: the days on which a turn begins, and its two times.

A plain turn is stored as two cron expressions, like any other: `0 9 * * MON,TUE` to `0 17 * * MON,TUE`. A turn whose
end is not after its beginning ends on the next day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, time
from heapq import merge
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cronsim import CronSim

from alarms.duty import Turn, on_duty

CODES = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK = frozenset(range(7))
LOOKED_AT = 500  # beginnings and ends of turns, until the targets on duty change


class Plain(NamedTuple):
    """Holds a turn in plain form. `days` are those on which it begins, 0 for Monday."""

    days: frozenset[int]
    begins: time
    ends: time

    @property
    def overnight(self) -> bool:
        """Returns whether the turn ends on the day after it began."""
        return self.ends <= self.begins


def cron(plain: Plain) -> tuple[str, str]:
    """Returns the two cron expressions of a turn in plain form."""
    later = frozenset((day + 1) % 7 for day in plain.days) if plain.overnight else plain.days
    return _expression(plain.begins, plain.days), _expression(plain.ends, later)


def read(starts: str, ends: str) -> Plain | None:
    """Returns the plain form of two cron expressions; None for a turn that has none. Raises CronSimError."""
    begins, over = _weekly(starts), _weekly(ends)
    if begins is None or over is None:
        return None
    plain = Plain(begins[0], begins[1], over[1])
    return plain if _weekly(cron(plain)[1]) == over else None


def words(starts: str, ends: str, zone: str) -> str:
    """Returns a turn in words: "Monday to Friday, 09:00 to 17:00, in Europe/Berlin". Raises CronSimError."""
    plain = read(starts, ends)
    if plain is not None:
        next_day = " the next day" if plain.overnight else ""
        return f"{_days(plain.days)}, {plain.begins:%H:%M} to {plain.ends:%H:%M}{next_day}, in {zone}"
    begins, over = (_in_words(each) for each in (starts, ends))
    return f"from {begins} to {over}, in {zone}"


class Duty(NamedTuple):
    """Holds the targets of one duty list that are on duty, the time of the next change, and those on duty then."""

    now: frozenset[int]
    changes: datetime | None  # None: no change is near
    then: frozenset[int]


def duty(turns: Collection[Turn], at: datetime) -> Duty:
    """Returns the targets on duty by the turns of one list at a moment, and those on duty after the next change."""
    now = _holding(turns, at)
    moments = merge(*(_moments(turn, at) for turn in turns), key=datetime.timestamp)
    for moment in islice(moments, LOOKED_AT):
        if (then := _holding(turns, moment)) != now:
            return Duty(now, moment, then)
    return Duty(now, None, now)


def _holding(turns: Iterable[Turn], at: datetime) -> frozenset[int]:
    return frozenset(target for _, target in on_duty(turns, at))


def _moments(turn: Turn, at: datetime) -> Iterator[datetime]:
    """Returns the beginnings and the ends of a turn after a moment."""
    there = at.astimezone(ZoneInfo(turn.zone))
    return merge(CronSim(turn.starts, there), CronSim(turn.ends, there), key=datetime.timestamp)


def _expression(at: time, days: frozenset[int]) -> str:
    names = "*" if days == WEEK else ",".join(CODES[day] for day in sorted(days))
    return f"{at.minute} {at.hour} * * {names}"


def _weekly(words: str) -> tuple[frozenset[int], time] | None:
    """Returns the days and the time of an expression that names one time on some days of each week."""
    parsed = CronSim(words, datetime(2026, 1, 1))  # noqa: DTZ001 - only its fields are read
    single = len(parsed.minutes) == len(parsed.hours) == 1
    each = len(parsed.days) == 31 and len(parsed.months) == 12
    if not single or not each or not all(isinstance(day, int) for day in parsed.weekdays):
        return None
    days = frozenset((int(str(day)) - 1) % 7 for day in parsed.weekdays)  # cron's week begins with Sunday, 0 or 7
    return days, time(min(parsed.hours), min(parsed.minutes))


def _days(days: frozenset[int]) -> str:
    """Returns days in words; three or more that follow one another are a span, also across the end of a week."""
    if days == WEEK:
        return "every day"
    first = next((day for day in days if (day - 1) % 7 not in days), 0)
    run = [(first + step) % 7 for step in range(len(days))]
    if len(days) > 2 and frozenset(run) == days:
        return f"{NAMES[run[0]]} to {NAMES[run[-1]]}"
    *before, last = [NAMES[day] for day in sorted(days)]
    return f"{', '.join(before)} and {last}" if before else last


def _in_words(expression: str) -> str:
    weekly = _weekly(expression)
    if weekly is not None:
        return f"{_days(weekly[0])} {weekly[1]:%H:%M}"
    text = CronSim(expression, datetime(2026, 1, 1)).explain()  # noqa: DTZ001 - only its fields are read
    return f"“{text[:1].lower()}{text[1:]}”"
