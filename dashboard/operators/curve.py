"""Builds the curves of one stream over a day: its arrivals, and how far behind each reader is."""

from collections.abc import Iterator
from typing import Any

from dashboard import download
from streams import api
from streams.core import clock
from streams.core.facts import History
from streams.core.records import StreamError

DAY = 24 * 60  # minutes
STEP = 15  # minutes of a row of the table
Columns = dict[str, Any]


def curve(stream: str, waiting: set[str]) -> Columns:
    """Returns columns of equal length, a value for each whole minute of the last day; None where it is not known.

    `waiting` names the applications for which records wait now.
    """
    try:
        history = api.overview.history(stream, DAY)
    except StreamError as error:
        history = History(None, [], clock.now() // clock.MINUTE, str(error))
    first = history.until - DAY
    minutes = range(first, history.until)
    return {
        "minutes": [minute * 60 for minute in minutes],
        "records": _column(history, minutes, 1),
        "bytes": _column(history, minutes, 2),
        "lags": api.lags(stream, history, first, waiting),
        "why": history.why,
    }


def day(columns: Columns) -> dict[str, int]:
    """Returns the time that the columns are of, in milliseconds."""
    first = columns["minutes"][0] * 1000
    return {"start": first, "end": first + (DAY + 1) * clock.MINUTE}  # with the open minute


def _column(history: History, minutes: range, place: int) -> list[int | None]:
    """Returns a column of the history: 0 for a known minute in which nothing arrived."""
    known = {minute[0]: minute[place] for minute in history.minutes}
    since = history.since
    return [known.get(minute, 0 if since is not None and minute >= since else None) for minute in minutes]


def in_steps(columns: Columns) -> list[dict[str, Any]]:
    """Returns the rows of the table, newest first: sums of the arrivals, and the largest lag, of STEP minutes each."""
    found = []
    for start in range(0, len(columns["minutes"]), STEP):
        cut = slice(start, start + STEP)
        lags = [_most(values[cut]) for values in columns["lags"].values()]
        sums = [_sum(columns[name][cut]) for name in ("records", "bytes")]
        if any(value is not None for value in [*sums, *lags]):
            at = clock.to_datetime(columns["minutes"][start] * clock.SECOND)
            found.append({"at": clock.iso(at), "records": sums[0], "bytes": sums[1], "lags": lags})
    return found[::-1]


def csv_rows(columns: Columns) -> Iterator[list[Any]]:
    """Yields a row for each minute of which anything is known."""
    for place, second in enumerate(columns["minutes"]):
        values = [columns["records"][place], columns["bytes"][place]]
        values += [lag[place] for lag in columns["lags"].values()]
        if any(value is not None for value in values):
            yield [*download.time_columns(clock.to_iso(second * clock.SECOND)), *values]


def _sum(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _most(values: list[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
