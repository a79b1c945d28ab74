"""Reads dates and numbers in the formats of spreadsheets and programs.

A file writes all of them in one way. Some of its dates and numbers show that way (13/03/2011 is day first, 2,55 has a
decimal comma); until one does, ambiguous ones are refused, never guessed.
"""

import re
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache

YEARS = range(1970, 2100)
MAX_NUMBER = 1e9
SERIALS = range(25_569, 73_051)  # Excel's dates, days since 1899-12-30: the years 1970 to 2099
EPOCHS = {1: range(10**8, 4 * 10**9), 10**3: range(10**11, 4 * 10**12), 10**6: range(10**14, 4 * 10**15)}
MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)  # noqa: SIM905 - shorter
}
_PARTS = re.compile(
    r"""(\d{1,2})[-/. ](\d{1,2})[-/.\ ](\d{4}|\d{2})
        (?:[ T]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*([AaPp])?\.?(?:[Mm]\.?)?)?""",
    re.VERBOSE | re.ASCII,
)
_SLASHED_ISO = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(.*)", re.ASCII)
_NAMED = re.compile(
    r"(?:(\d{1,2})[- .]+([A-Za-z]{3})[a-z]*|([A-Za-z]{3})[a-z]*[- .]+(\d{1,2}))[-, .]+(\d{4}|\d{2})(.*)", re.ASCII
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?", re.ASCII)
_MONEY = " \u00a0\u202f£$€¥'’"


class Order(Enum):
    """Names the order in which a file writes the day and the month."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
    UNKNOWN = ""


class AmbiguousError(ValueError):
    """Means that a value can be read in two ways."""


def settles(text: str) -> Order:
    """Returns the order that a date with a day above 12 shows; otherwise UNKNOWN."""
    if match := _PARTS.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        if first > 12 >= second:
            return Order.DAY_FIRST
        if second > 12 >= first:
            return Order.MONTH_FIRST
    return Order.UNKNOWN


@lru_cache(maxsize=512)  # order lines come by the dozen with the same date
def read_date(text: str, order: Order) -> tuple[float, str]:
    """Returns seconds since 1970, and the date in ISO form. A date without a zone counts as UTC.

    Raises AmbiguousError for a date that needs a known order, ValueError for other unreadable dates.
    """
    text = text.strip()
    try:
        moment = _date(text, order)
        if moment.year in YEARS:
            return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp(), moment.isoformat(timespec="seconds")
    except AmbiguousError:
        raise
    except (ValueError, KeyError, OverflowError):
        pass
    raise ValueError(f"InvoiceDate {text[:40]!r} is not a date such as 2010-12-01 08:26:00 or 12/1/2010 8:26")


def _date(text: str, order: Order) -> datetime:
    if _NUMBER.fullmatch(text) and len(text) != 8:  # eight digits are 20101201
        return _counted(float(text.replace(",", ".")))
    if match := _PARTS.fullmatch(text):
        return _in_parts(match, order)
    if match := _SLASHED_ISO.fullmatch(text):
        return _at(int(match[1]), int(match[2]), int(match[3]), match[4])
    if match := _NAMED.fullmatch(text):
        month = MONTHS[(match[2] or match[3]).lower()]
        return _at(_year(match[5]), month, int(match[1] or match[4]), match[6])
    return datetime.fromisoformat(text)


def _counted(number: float) -> datetime:
    """Reads a serial number of Excel, or seconds, milliseconds or microseconds since 1970. Raises ValueError."""
    if int(number) in SERIALS:
        return datetime(1899, 12, 30) + timedelta(seconds=round(number * 86_400))  # noqa: DTZ001 - it has none
    for unit, numbers in EPOCHS.items():
        if int(number) in numbers:
            return datetime(1970, 1, 1) + timedelta(seconds=number // unit)  # noqa: DTZ001 - as above
    raise ValueError(number)


def _in_parts(match: re.Match[str], order: Order) -> datetime:
    first, second, year = int(match[1]), int(match[2]), _year(match[3])
    if order is Order.UNKNOWN and first != second and max(first, second) <= 12:
        raise AmbiguousError(f"InvoiceDate {match[0][:40]!r} is day first or month first: say --dates")
    if order is Order.UNKNOWN:
        order = settles(match[0])
    day, month = (second, first) if order is Order.MONTH_FIRST else (first, second)
    return datetime(year, month, day, *_hours(match[4], match[5], match[6], match[7]))  # noqa: DTZ001 - it has none


def _hours(hour: str | None, minute: str | None, second: str | None, half: str | None) -> tuple[int, int, int]:
    hours = int(hour or 0)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(hours)
        hours = hours % 12 + (12 if half in "Pp" else 0)
    return hours, int(minute or 0), int(second or 0)


def _at(year: int, month: int, day: int, rest: str) -> datetime:
    """Reads the time after a date of known order: puts the date in the usual form first."""
    match = _PARTS.fullmatch(f"{day:02}/{month:02}/{year:04}{rest}")
    if not match:
        raise ValueError(rest)
    return _in_parts(match, Order.DAY_FIRST)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) < 70 else 1900)


def shows_decimal(text: str) -> str:
    """Returns the decimal sign that a number shows, `.` or `,`, or "": 1,234 may be 1234, 1.234 has a point."""
    text = text.strip(_MONEY)
    dot, comma = text.rfind("."), text.rfind(",")
    if dot >= 0 and comma >= 0:
        return "." if dot > comma else ","
    if dot >= 0:
        return "" if re.fullmatch(r"-?\d{1,3}(\.\d{3})+", text) else "."
    return "," if comma >= 0 and not re.fullmatch(r"-?\d{1,3}(,\d{3})+", text) else ""


@lru_cache(maxsize=4096)
def read_number(column: str, text: str, decimal: str) -> float:
    """Returns a number, without the sign of a currency and the signs between thousands.

    `decimal` is the file's decimal sign, or "" if it is not known; then 1.234 has a decimal point, and 1,234 raises
    AmbiguousError. Raises ValueError for other text that is no number up to a thousand million.
    """
    try:
        value = float(text)  # the usual case
        if decimal == "," and "." in text:
            value = float(_plain(column, text, decimal))
    except ValueError:
        value = _float(_plain(column, text, decimal))
    if not abs(value) <= MAX_NUMBER or "_" in text:  # written so that NaN is refused too
        raise ValueError(f"{column} {text[:40]!r} is not a number up to {MAX_NUMBER:.0f}")
    return value


def _plain(column: str, text: str, decimal: str) -> str:
    """Returns a number in Python's notation, or "" if its signs do not fit."""
    bare = text.strip(_MONEY)
    sign, bare = ("-", bare.removeprefix("-").strip(_MONEY)) if bare.startswith("-") else ("", bare)
    bare = re.sub(r"(?<=\d)[ \u00a0\u202f'’](?=\d{3})", "", bare)
    if not decimal and "," in bare and not shows_decimal(bare):
        raise AmbiguousError(
            f"{column} {text[:40]!r} has a comma of decimals or of thousands, and no other number says which"
        )
    decimal = decimal or shows_decimal(bare) or "."
    other = "," if decimal == "." else "."
    whole, mark, fraction = bare.partition(decimal)
    if other in whole and not re.fullmatch(rf"\d{{1,3}}([{other}]\d{{3}})+", whole):
        return ""
    return sign + whole.replace(other, "") + (f".{fraction}" if mark else "")


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return MAX_NUMBER * 2
