"""Reads the rows of a rule, and counts the alarms that it makes of them.

Where rows are not kept, or not any more, they are computed again from the records of the stream or its archive. Rows
stay in memory for a minute, so that a level can be moved without reading them again.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from time import monotonic, perf_counter
from typing import Any, NamedTuple

from alarms.backtest import Count, Series, recount
from alarms.replaying import TooManyError, replay
from alarms.spec import RuleSpec
from alarms.tables import joined, text_of
from dashboard.ranges import Span
from streams.core import clock
from streams.core.records import StreamError
from streams.declarations import Dataset, Question

READ = 200_000  # rows for one count; of more, the newest are counted
RECORDS = 20_000  # records from which a page computes older rows: about a third of a second
CHUNK = 20_000  # rows of one question
KEPT, FRESH = 8, 60.0  # counts with their rows in memory, and the seconds that these rows stay
GRAIN = clock.MINUTE  # to which a time is cut, so that the next count finds the rows in memory


Cells = tuple[int, Sequence[Any]]  # milliseconds, and the values of the columns asked for


class Recounted(NamedTuple):
    """Holds a count with the rows behind it."""

    made: Count
    rows: int
    since: int  # milliseconds: from which on rows were read
    cut: bool  # there are older rows in the time asked for
    records: int  # from which older rows were computed
    older: str  # the reason in a sentence for which older rows could not be computed
    took: int  # milliseconds


class Read(NamedTuple):
    """Holds the rows of a time by key."""

    keys: dict[str, Series]
    rows: int
    since: int
    cut: bool
    records: int = 0
    older: str = ""


class Rows:
    """Reads rows, and keeps those of the last few questions."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` counts seconds."""
        self._clock = clock
        self._kept: OrderedDict[Any, tuple[float, Read]] = OrderedDict()
        self._lock = Lock()

    def read(self, dataset: Dataset, spec: RuleSpec, stream: str, span: Span, records: int | None = RECORDS) -> Read:
        """Returns the rows of a rule in a time; a part of it if there are more than READ.

        At most `records` records are read to compute rows that are not kept; None: all of that time.
        """
        where = tuple(sorted(spec.where.items()))
        times = span.start // GRAIN, span.end // GRAIN
        name = dataset.name, stream, spec.column, spec.by, where, times, records
        with self._lock:
            at, found = self._kept.get(name, (0.0, None))
            if found and self._clock() - at < FRESH:
                return found
        found = read(dataset, spec, stream, span.start, span.end)
        found = _with_older(found, dataset, spec, stream, span, records)
        with self._lock:
            self._kept[name] = self._clock(), found
            self._kept.move_to_end(name)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found


kept = Rows()


def count(dataset: Dataset, spec: RuleSpec, stream: str, span: Span, records: int | None = RECORDS) -> Recounted:
    """Counts the alarms of a rule in a time, up to the newest rows that are final."""
    began = perf_counter()
    found = kept.read(dataset, spec, stream, span, records)
    end = max(found.since, span.end - (dataset.delay or 0))
    made = recount(spec, found.keys, found.since, end)
    took = round((perf_counter() - began) * 1000)
    return Recounted(made, found.rows, found.since, found.cut, found.records, found.older, took)


def _with_older(found: Read, dataset: Dataset, spec: RuleSpec, stream: str, span: Span, records: int | None) -> Read:
    """Adds the rows before those that are kept."""
    oldest = min((series.times[0] for series in found.keys.values()), default=span.end)
    if found.cut or oldest < span.start + dataset.step + (dataset.delay or 0):
        return found
    try:
        past = computed(dataset, spec, stream, span.start, min(oldest, span.end - (dataset.delay or 0)), records)
    except (TooManyError, StreamError) as error:
        return found._replace(since=oldest, older=str(error))
    for key, series in found.keys.items():
        before = past.keys.setdefault(key, Series([], []))
        before.times.extend(series.times)
        before.values.extend(series.values)
    return Read(past.keys, past.rows + found.rows, span.start, cut=False, records=past.records)


def computed(dataset: Dataset, spec: RuleSpec, stream: str, start: int, end: int, records: int | None) -> Read:
    """Returns rows from a time until before another, computed from records. Raises TooManyError, StreamError."""
    past = replay(dataset, stream, start, end, records)
    columns = [*spec.by, *([spec.column] if spec.column else [])]
    rows = [
        (each.time, [each.values.get(name) for name in columns])
        for each in past.rows
        if all(text_of(each.values.get(name)) in wanted for name, wanted in spec.where.items())
    ]
    return Read(_series(spec, rows), len(rows), start, cut=False, records=past.records)


def read(dataset: Dataset, spec: RuleSpec, stream: str, start: int, end: int, ties: Sequence[str] = ()) -> Read:
    """Reads rows, the newest first, in questions of at most CHUNK rows.

    Rows of one time stay in the order of the table, or come in that of the columns `ties`.
    """
    assert dataset.cells is not None
    columns = [*spec.by, *([spec.column] if spec.column else []), *ties]
    rows: list[Cells] = []
    until = end
    while until > start and len(rows) < READ:
        found = dataset.cells(Question(stream=stream, start=start, end=until, where=spec.where, most=CHUNK), columns)
        if not found:
            until = start
            break
        oldest = found[-1][0]
        later = [each for each in found if each[0] > oldest]  # those of the oldest time may be cut: they come again
        rows += later or found
        until = oldest + 1 if later else oldest
    since, cut = (until, True) if until > start else (start, False)
    rows.reverse()
    if ties:
        tied = len(columns) - len(ties)
        rows.sort(key=lambda each: (each[0], [str(value) for value in each[1][tied:]]))
    return Read(_series(spec, rows), len(rows), since, cut)


def _series(spec: RuleSpec, rows: Iterable[Cells]) -> dict[str, Series]:
    """Returns the rows of each key, as by_key does. It looks up the text of a key once for most rows."""
    found: dict[str, Series] = {}
    known: dict[tuple[Any, ...], Series] = {}  # by the texts of a key
    width, has_column = len(spec.by), bool(spec.column)
    for time, values in rows:
        by = tuple(values[:width])
        series = known.get(by)
        if series is None:
            series = found.setdefault(joined(by), Series([], []))
            if all(type(each) is str for each in by):  # of numbers, 1 and 1.0 are equal, and their texts are not
                known[by] = series
        value = values[width] if has_column else 1.0
        series.times.append(time)
        series.values.append(None if value is None or isinstance(value, str) else float(value))
    return found
