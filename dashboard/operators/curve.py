"""Builds the curves of one stream over a day or another time: its arrivals, and how far behind each reader is."""

from collections.abc import Callable, Iterator
from typing import Any

from dashboard import download
from dashboard.periods import Period
from streams import api
from streams.core import clock
from streams.core.facts import History
from streams.core.records import StreamError

DAY = 24 * 60  # minutes
STEP = 15  # minutes of a row of the table
MOST = 14 * DAY  # minutes to look back: as long as the lags are kept
Columns = dict[str, Any]


def curve(stream: str, waiting: set[str], back: int = DAY) -> Columns:
    """Returns columns of equal length, a value for each of the last whole minutes; None where it is not known.

    `waiting` names the applications for which records wait now.
    """
    try:
        history = api.overview.history(stream, back)
    except StreamError as error:
        history = History(None, [], clock.now() // clock.MINUTE, str(error))
    first = history.until - back
    minutes = range(first, history.until)
    return {
        "minutes": [minute * 60 for minute in minutes],
        "records": _column(history, minutes, 1),
        "bytes": _column(history, minutes, 2),
        "lags": api.lags(stream, history, first, waiting),
        "why": history.why,
        "step": 60,
    }


def over(stream: str, waiting: set[str], period: Period) -> Columns:
    """Returns the columns of a time in steps: sums of the arrivals, the largest lags, None where nothing is known.

    A day looks as it does without ?range=, in minutes.
    """
    if period.usual:
        return curve(stream, waiting)
    back = min(MOST, max(1, (period.now - period.span.start) // clock.MINUTE + 1))
    columns = curve(stream, waiting, back)
    step = period.step(60)
    start, end = (int(moment.timestamp()) for moment in period.bounds(60))
    starts = list(range(start, max(end, start + 1), step))
    places: list[list[int]] = [[] for _ in starts]
    for place, second in enumerate(columns["minutes"]):
        if start <= second < end:
            places[(second - start) // step].append(place)

    def merged(values: list[Any], add: Callable[[list[Any]], Any]) -> list[Any]:
        return [add([values[place] for place in within]) for within in places]

    return {
        "minutes": starts,
        "records": merged(columns["records"], _sum),
        "bytes": merged(columns["bytes"], _sum),
        "lags": {name: merged(values, _most) for name, values in columns["lags"].items()},
        "why": columns["why"],
        "step": step,
    }


def _column(history: History, minutes: range, place: int) -> list[int | None]:
    """Returns a column of the history: 0 for a known minute in which nothing arrived."""
    known = {minute[0]: minute[place] for minute in history.minutes}
    since = history.since
    return [known.get(minute, 0 if since is not None and minute >= since else None) for minute in minutes]


def in_steps(columns: Columns) -> list[dict[str, Any]]:
    """Returns the rows of the table, newest first: sums of the arrivals, the largest lag, of about STEP minutes."""
    found = []
    each = max(1, STEP * 60 // columns["step"]) if len(columns["minutes"]) > STEP * STEP else 1
    for start in range(0, len(columns["minutes"]), each):
        cut = slice(start, start + each)
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
