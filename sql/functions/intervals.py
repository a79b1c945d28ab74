"""Writes intervals as text, such as `+6:11`, and reads them."""

import re

from sql.functions.calendar import LENGTHS
from sql.functions.rules import UNITS, units
from sql.types import Type

MOST = {"MONTH": 11, "HOUR": 23, "MINUTE": 59, "SECOND": 59}  # of a field that is not the leading one
BEFORE = {"MONTH": "-", "HOUR": " ", "MINUTE": ":", "SECOND": ":"}  # the sign before such a field
STEPS = {"YEAR": 12, "MONTH": 1, **LENGTHS}


def fields(of: Type) -> tuple[str, ...]:
    """Returns the units from the leading to the trailing one."""
    leading, trailing = units(of)
    return UNITS[UNITS.index(leading) : UNITS.index(trailing) + 1]


def interval_text(length: int, of: Type) -> str:
    """Returns an interval with its sign, each field but the leading one with two digits; parts of seconds if any."""
    rest = abs(length)
    text = "-" if length < 0 else "+"
    for place, unit in enumerate(fields(of)):
        count, rest = divmod(rest, STEPS[unit])
        text += f"{BEFORE[unit]}{count:02}" if place else str(count)
    return f"{text}.{rest:03}" if rest and units(of)[1] == "SECOND" else text


def pattern(of: Type) -> str:
    """Returns the regular expression of an interval's text: a group for each field, one for the parts of a second."""
    parts = [
        f"{re.escape(BEFORE[unit])}(\\d{{1,2}})" if place else r"(\d{1,10})" for place, unit in enumerate(fields(of))
    ]
    return r"\s*([+-]?)\s*" + "".join(parts) + (r"(?:\.(\d{1,9}))?" if units(of)[1] == "SECOND" else "") + r"\s*"


def parse_interval(text: str, of: Type) -> int:
    """Returns an interval from its text; raises ValueError if the text does not have the form of the qualifier."""
    found = re.fullmatch(pattern(of), text)
    if found is None:
        raise ValueError(f"'{text[:60]}' is no {of}.")
    sign, *counts = found.groups()
    length = 0
    for place, (unit, count) in enumerate(zip(fields(of), counts, strict=False)):
        if place and int(count) > MOST[unit]:
            raise ValueError(f"'{text[:60]}' is no {of}: {unit} goes to {MOST[unit]}.")
        length += int(count) * STEPS[unit]
    if units(of)[1] == "SECOND" and counts[-1]:
        length += int(counts[-1][:3].ljust(3, "0"))
    return -length if sign == "-" else length
