"""Reads the kept rows of a rule, and counts the alarms that it makes of them.

Rows are kept in memory for a minute, so that a level can be moved without reading them again.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from time import monotonic, perf_counter
from typing import Any, NamedTuple

from alarms.backtest import Count, Row, Series, by_key, recount
from alarms.spec import RuleSpec
from alarms.tables import joined
from dashboard.ranges import Span
from streams.core import clock
from streams.declarations import Dataset, Question

READ = 200_000  # rows for one count; of more, the newest are counted
CHUNK = 20_000  # rows of one question
KEPT, FRESH = 8, 60.0  # counts whose rows are kept, and for how many seconds
GRAIN = clock.MINUTE  # to which a time is cut, so that the next count finds the rows in memory


class Recounted(NamedTuple):
    """Holds a count with the rows behind it."""

    made: Count
    rows: int
    since: int  # milliseconds: from which on rows were read
    cut: bool  # there are older rows in the time asked for
    took: int  # milliseconds


class Read(NamedTuple):
    """Holds the rows of a time by key."""

    keys: dict[str, Series]
    rows: int
    since: int
    cut: bool


class Rows:
    """Reads rows, and keeps those of the last few questions."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` counts seconds."""
        self._clock = clock
        self._kept: OrderedDict[Any, tuple[float, Read]] = OrderedDict()
        self._lock = Lock()

    def read(self, dataset: Dataset, spec: RuleSpec, stream: str, span: Span) -> Read:
        """Returns the rows of a rule in a time; a part of it if there are more than READ."""
        where = tuple(sorted(spec.where.items()))
        name = dataset.name, stream, spec.column, spec.by, where, span.start // GRAIN, span.end // GRAIN
        with self._lock:
            at, found = self._kept.get(name, (0.0, None))
            if found and self._clock() - at < FRESH:
                return found
        found = read(dataset, spec, stream, span.start, span.end)
        with self._lock:
            self._kept[name] = self._clock(), found
            self._kept.move_to_end(name)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found


kept = Rows()


def count(dataset: Dataset, spec: RuleSpec, stream: str, span: Span) -> Recounted:
    """Counts the alarms of a rule in a time, up to the newest rows that are final."""
    began = perf_counter()
    found = kept.read(dataset, spec, stream, span)
    end = max(found.since, span.end - (dataset.delay or 0))
    made = recount(spec, found.keys, found.since, end)
    return Recounted(made, found.rows, found.since, found.cut, round((perf_counter() - began) * 1000))


def read(dataset: Dataset, spec: RuleSpec, stream: str, start: int, end: int, ties: Sequence[str] = ()) -> Read:
    """Reads rows, the newest first, in questions of at most CHUNK rows.

    Rows of one time stay in the order of the table, or come in that of the columns `ties`.
    """
    assert dataset.cells is not None
    columns = [*spec.by, *([spec.column] if spec.column else []), *ties]
    rows: list[tuple[Row, list[str]]] = []
    until = end
    while until > start and len(rows) < READ:
        found = dataset.cells(Question(stream=stream, start=start, end=until, where=spec.where, most=CHUNK), columns)
        if not found:
            until = start
            break
        oldest = found[-1][0]
        later = [each for each in found if each[0] > oldest]  # those of the oldest time may be cut: they come again
        tied = len(columns) - len(ties)
        rows += [(_row(spec, time, values), [str(each) for each in values[tied:]]) for time, values in later or found]
        until = oldest + 1 if later else oldest
    since, cut = (until, True) if until > start else (start, False)
    rows.reverse()
    if ties:
        rows.sort(key=lambda each: (each[0][0], each[1]))
    return Read(by_key(row for row, _ in rows), len(rows), since, cut)


def _row(spec: RuleSpec, time: int, values: Any) -> Row:
    """Returns a row with the text of its key, without a shard, and its value."""
    key = joined(values[: len(spec.by)])
    if not spec.column:
        return time, key, 1.0
    value = values[len(spec.by)]
    return time, key, None if value is None or isinstance(value, str) else float(value)
