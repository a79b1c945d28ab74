"""Tells the kinds of values that DuckDB's types hold."""

import re
from datetime import UTC, datetime
from typing import Any

NUMBER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)")
TIME = re.compile(r"DATE|TIMESTAMP(_\w+)?( WITH TIME ZONE)?")


def is_number(kind: str) -> bool:
    """Returns whether a type holds numbers."""
    return bool(NUMBER.fullmatch(kind))


def is_time(kind: str) -> bool:
    """Returns whether a type holds days or points in time."""
    return bool(TIME.fullmatch(kind))


def seconds(value: Any) -> float | None:
    """Returns the seconds since 1970 of a date or time in ISO 8601, which is UTC without a zone; None for others."""
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
