"""Reads dates and times by the patterns of Java's SimpleDateFormat, as the service's CHAR_TO_TIMESTAMP did.

The text may go on after the pattern's end. Fields that the pattern does not have are those of 1970-01-01 00:00:00. A
number out of its field's range does not match. Differences from Java: two digits for `yy` are the years 1950 to 2049,
because a window around the present would change the rows of a replay; more than three digits for `S` are a part of a
second, not thousands of milliseconds; a name of a weekday is not compared with the date.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache

from sql.errors import Fault, RowError
from sql.functions.calendar import DAY, EPOCH, MILLISECOND, check_time, midnight
from sql.functions.javadate import DAYS, MONTHS, Piece, first_of_week, pieces, sunday_first
from sql.functions.values import shown

PIVOT = 50  # two digits below it are years of this century
ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "UT": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "CEST": 120, "EET": 120,
    "EEST": 180, "MSK": 180, "IST": 330, "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660, "EST": -300, "EDT": -240,
    "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "AKST": -540, "HST": -600,
    "COORDINATED UNIVERSAL TIME": 0,
}  # fmt: skip
OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?", re.IGNORECASE)
ZONE = "((?:GMT|UTC)?[+-][0-9]{1,2}(?::?[0-9]{2})?|" + "|".join(sorted(ZONES, key=len, reverse=True)) + ")"
NAMES = {
    "G": ["AD", "BC"],
    "a": ["AM", "PM"],
    "E": [*DAYS, *(name[:3] for name in DAYS)],
    "M": [*MONTHS, *(name[:3] for name in MONTHS)],
}
RANGES = {
    "M": (1, 12), "d": (1, 31), "D": (1, 366), "w": (1, 54), "W": (0, 6), "F": (1, 5), "u": (1, 7), "H": (0, 23),
    "k": (1, 24), "K": (0, 11), "h": (1, 12), "m": (0, 59), "s": (0, 59), "y": (1, 9999), "Y": (1, 9999),
    "S": (0, 999),
}  # fmt: skip
Fields = dict[str, int]


def key(of: Piece) -> str:
    """Returns the letter of a part's field: the forms of months, and those of zones, are one field each."""
    return "M" if of.letter == "L" else "z" if of.letter in {"Z", "X"} else of.letter


def is_number(of: Piece) -> bool:
    return key(of) in RANGES and (key(of) != "M" or of.length < 3)


def expression(of: Piece, *, fixed: bool, first: bool) -> str:
    """Returns the regular expression of a part.

    A number right beside another has as many digits as letters (`fixed`); the first of them may have fewer.
    """
    if not of.letter:
        return re.escape(of.text)
    if is_number(of):
        digits = f"{{1,{of.length}}}" if first else f"{{{of.length}}}" if fixed else "{1,19}+"
        return f"[ \t]*+([0-9]{digits})"
    names = ZONE if key(of) == "z" else f"({'|'.join(NAMES[key(of)])})"
    return f"[ \t]*+(?i:{names})"


@lru_cache(1024)
def reader(pattern: str) -> tuple[re.Pattern[str], tuple[tuple[str, Callable[[str], int]], ...]]:
    """Returns the regular expression of a pattern, and for each of its groups the field and the reading of its text."""
    parts = pieces(pattern)
    numbers = [is_number(each) for each in parts]
    text = ""
    for place, each in enumerate(parts):
        before = place > 0 and numbers[place - 1]
        after = place + 1 < len(parts) and numbers[place + 1]
        text += expression(each, fixed=before or after, first=after and not before and numbers[place])
    return re.compile(text), tuple((key(each), value_of(each)) for each in parts if each.letter)


def offset(text: str) -> int:
    """Returns the minutes that a zone is before UTC."""
    if (known := ZONES.get(text.upper())) is not None:
        return known
    sign, hours, minutes = OFFSET.fullmatch(text).groups()  # type: ignore[union-attr]
    return (int(hours) * 60 + int(minutes or 0)) * (-1 if sign == "-" else 1)


def value_of(of: Piece) -> Callable[[str], int]:
    """Returns the reading of a part's text."""
    if is_number(of):
        return number_of(of)
    if key(of) == "z":
        return offset
    names = {name.upper(): place for place, name in enumerate(NAMES[key(of)])}
    cycle, first = {"M": (12, 1), "E": (7, 1)}.get(key(of), (2, 0))
    return lambda text: names[text.upper()] % cycle + first


def number_of(of: Piece) -> Callable[[str], int]:
    """Returns the reading of a number, which raises ValueError when it is out of range."""
    least, greatest = RANGES[key(of)]
    century = of.letter in "yY" and of.length == 2

    def read(text: str) -> int:
        found = int(text)
        if century and len(text) == 2:
            found += 2000 if found < PIVOT else 1900
        if not least <= found <= greatest:
            raise ValueError(text)
        return found

    return (lambda text: int(text[:3])) if of.letter == "S" else read


def time_of_day(fields: Fields) -> int:
    """Returns the milliseconds since midnight; `h` and `K` count from noon with PM, otherwise from midnight."""
    hours = fields.get("H", fields.get("k", 0) % 24)
    if "H" not in fields and "k" not in fields:
        hours = fields.get("K", fields.get("h", 0) % 12) + 12 * fields.get("a", 0)
    return ((hours * 60 + fields.get("m", 0)) * 60 + fields.get("s", 0)) * 1000 + fields.get("S", 0)


def date_of(fields: Fields) -> int:
    """Returns the start of the day in milliseconds since 1970; raises ValueError for a day that is none."""
    year = fields.get("y", fields.get("Y", 1970))
    weekday = fields.get("u", fields.get("E", 7)) % 7  # from 0 for Sunday
    if "d" in fields or not fields.keys() & {"D", "w", "W", "F"}:
        return midnight(year, fields.get("M", 1), fields.get("d", 1))
    if "D" in fields:
        return midnight(year, 1, 1) + (fields["D"] - 1) * DAY
    if "w" in fields:
        return at(first_of_week(fields.get("Y", year), fields["w"]) + timedelta(days=weekday))
    first = EPOCH.replace(year=year, month=fields.get("M", 1))
    if "W" in fields:
        return at(first + timedelta(days=7 * (fields["W"] - 1) - sunday_first(first) + weekday))
    return at(first + timedelta(days=7 * (fields["F"] - 1) + (weekday - sunday_first(first)) % 7))


def at(day: datetime) -> int:
    return (day - EPOCH) // MILLISECOND


def parse_date(pattern: str, text: str) -> int:
    """Returns the milliseconds since 1970 of a text that begins as the pattern says; raises RowError for others."""
    expected, parts = reader(pattern)
    found = expected.match(text)
    try:
        if found is not None:
            return moment(parts, found.groups())
    except (ValueError, OverflowError):
        pass
    raise RowError(Fault.FUNCTION, f"{shown(text)} does not match the date pattern '{pattern}'.")


def moment(parts: tuple[tuple[str, Callable[[str], int]], ...], texts: tuple[str, ...]) -> int:
    """Returns the milliseconds since 1970 of the parts' texts."""
    fields = {letter: read(text) for (letter, read), text in zip(parts, texts, strict=True)}
    if fields.get("G"):
        raise ValueError("BC")
    return check_time(date_of(fields) + time_of_day(fields) - fields.get("z", 0) * 60_000)


def parser(pattern: str) -> Callable[[str], int]:
    """Returns the reading of texts by a pattern; raises ValueError with a sentence for a pattern that is none."""
    reader(pattern)
    return lambda text: parse_date(pattern, text)
