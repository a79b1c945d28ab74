"""Writes dates and times by the patterns of Java's SimpleDateFormat, in English and in UTC.

https://docs.oracle.com/javase/8/docs/api/java/text/SimpleDateFormat.html has the letters. Weeks are those of the United
States, as in the service: they begin on Sunday, and the week of 1 January is the first.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from sql.functions.calendar import date_and_time

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LETTERS = "GyYMLwWDdFEuaHkKhmsSzZX"
LONGEST = 256  # characters of a pattern: one is a line of text, and the parser of a longer one would be slow
TOKEN = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<letters>([A-Za-z])\3*)|(?P<text>[^A-Za-z'])", re.DOTALL)


class Piece(NamedTuple):
    """Is a part of a pattern: a letter and the length of its run, or plain text."""

    letter: str
    length: int
    text: str = ""


@lru_cache(1024)
def pieces(pattern: str) -> tuple[Piece, ...]:
    """Returns the parts of a pattern; raises ValueError with a sentence for a pattern that is none."""
    if len(pattern) > LONGEST:
        raise ValueError(f"A date pattern has at most {LONGEST} characters.")
    found: list[Piece] = []
    end = 0
    for token in TOKEN.finditer(pattern):
        if token.start() != end:
            break
        end = token.end()
        found.append(piece(token))
    if end != len(pattern):
        raise ValueError(f"The date pattern '{pattern}' has a quote that does not end.")
    return tuple(found)


def piece(token: re.Match[str]) -> Piece:
    """Returns the part of a pattern that a token is."""
    if (letters := token["letters"]) is not None:
        if letters[0] not in LETTERS:
            raise ValueError(f"'{letters[0]}' is no letter of date patterns; put text into two quotes: ''{letters}''.")
        return Piece(letters[0], len(letters))
    if (quoted := token["quoted"]) is not None:
        return Piece("", 0, quoted.replace("''", "'") or "'")
    return Piece("", 0, token["text"])


def sunday_first(day: datetime) -> int:
    """Returns the day of the week from 0 for Sunday."""
    return day.isoweekday() % 7


def week_year(day: datetime) -> int:
    """Returns the year of a day's week: the next one's if the week holds its 1 January."""
    ends_next_year = day.month == 12 and day.day + 6 - sunday_first(day) > 31
    return day.year + ends_next_year


def week_of_year(day: datetime) -> int:
    if week_year(day) != day.year:
        return 1
    first = sunday_first(day.replace(month=1, day=1))
    return (day.timetuple().tm_yday + first - 1) // 7 + 1


def week_of_month(day: datetime) -> int:
    return (day.day + sunday_first(day.replace(day=1)) - 1) // 7 + 1


def year_text(year: int, count: int) -> str:
    return f"{year % 100:02}" if count == 2 else str(year).rjust(count, "0")


def month_text(day: datetime, count: int) -> str:
    name = MONTHS[day.month - 1]
    return name if count > 3 else name[:3] if count == 3 else str(day.month).rjust(count, "0")


def day_text(day: datetime, count: int) -> str:
    name = DAYS[day.weekday()]
    return name if count > 3 else name[:3]


NUMBERS: dict[str, Callable[[datetime], int]] = {
    "w": week_of_year,
    "W": week_of_month,
    "D": lambda day: day.timetuple().tm_yday,
    "d": lambda day: day.day,
    "F": lambda day: (day.day - 1) // 7 + 1,
    "u": lambda day: day.isoweekday(),
    "H": lambda day: day.hour,
    "k": lambda day: day.hour or 24,
    "K": lambda day: day.hour % 12,
    "h": lambda day: day.hour % 12 or 12,
    "m": lambda day: day.minute,
    "s": lambda day: day.second,
    "S": lambda day: day.microsecond // 1000,
}
WORDS: dict[str, Callable[[datetime, int], str]] = {
    "G": lambda day, count: "AD",
    "y": lambda day, count: year_text(day.year, count),
    "Y": lambda day, count: year_text(week_year(day), count),
    "M": month_text,
    "L": month_text,
    "E": day_text,
    "a": lambda day, count: "PM" if day.hour >= 12 else "AM",
    "z": lambda day, count: "Coordinated Universal Time" if count > 3 else "UTC",
    "Z": lambda day, count: "+0000",
    "X": lambda day, count: "Z",
}


def part(of: Piece, day: datetime) -> str:
    """Returns the text of a part of a pattern at a moment."""
    if not of.letter:
        return of.text
    if of.letter in NUMBERS:
        return str(NUMBERS[of.letter](day)).rjust(of.length, "0")
    return WORDS[of.letter](day, of.length)


def format_date(pattern: str, moment: int) -> str:
    """Returns a moment, in milliseconds since 1970, as a pattern writes it."""
    day = date_and_time(moment)
    return "".join([part(each, day) for each in pieces(pattern)])


def first_of_week(year: int, week: int) -> datetime:
    """Returns the Sunday that begins a week of a year; raises OverflowError outside the years 1 to 9999."""
    new_year = date_and_time(0).replace(year=year)
    return new_year + timedelta(days=7 * (week - 1) - sunday_first(new_year))
