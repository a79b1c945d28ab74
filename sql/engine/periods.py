"""Cuts time into the periods of a plan: steps of equal length since 1970, or months and years of UTC."""

from collections.abc import Callable
from datetime import UTC, datetime

from sql.plan.nodes import Period


def end_of(period: Period) -> Callable[[int], int]:
    """Returns a function from a time to the first millisecond after the period around it."""
    size, offset, unit = period.size, period.offset, period.unit
    if not unit:
        return lambda time: time - (time - offset) % size + size
    return lambda time: _following(time - offset, unit) + offset


def _following(time: int, unit: str) -> int:
    """Returns the first millisecond of the month or year after the one around a time."""
    moment = datetime.fromtimestamp(time // 1000, UTC)
    month = moment.month % 12 + 1 if unit == "MONTH" else 1
    year = moment.year + (month == 1)
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1000
