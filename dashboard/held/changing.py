"""Keeps the newest rows of tables in which stored rows change, such as minutes that still take records.

One query gives the number of rows of each time, the greatest key, and sums of some of their columns. Only the rows of
times where these differ from those of the look before are read anew: of the newest minute as a rule, and of those with
late records, replays or removals.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Expression, F, FloatField, Max, QuerySet, Sum
from django.db.models.functions import Cast

from dashboard.held import rows as held_rows
from dashboard.held.looks import recall
from dashboard.held.rows import Held, Row
from streams.core import clock
from streams.models.kept import Kept

FEW = 10  # times that are asked for one by one; of more, all rows from the first to the last are read


class Questions:
    """Asks a table for its rows, and for what tells that they have changed; the SQL is built once."""

    def __init__(
        self,
        rows_of: Callable[[str], QuerySet[Any]],
        time: str,
        columns: Mapping[str, Expression | F],
        sums: Sequence[str],
    ) -> None:
        """`time` is the field that dates a row. A change of a row changes the sum of one of `sums`, of numbers."""
        named = {f"c{place}": column for place, column in enumerate(columns.values())}
        # Floats do not overflow; two orders of adding may differ, and then rows are read once more than needed.
        added = {f"s{place}": Sum(Cast(columns[name], FloatField())) for place, name in enumerate(sums)}
        self._rows_of, self._time, self._names = rows_of, time, tuple(columns)

        def rows(stream: str, **times: Any) -> QuerySet[Any]:
            found = rows_of(stream).filter(**{f"{time}__{name}": value for name, value in times.items()})
            asked: QuerySet[Any] = found.annotate(**named).order_by(time, "pk").values_list(time, "pk", *named)
            return asked

        def prints(stream: str, start: datetime) -> QuerySet[Any]:
            groups = rows_of(stream).filter(**{f"{time}__gte": start}).order_by().values(time)
            # The greatest key: a row that is removed and made anew may have the same sums, but never the same key.
            asked: QuerySet[Any] = groups.annotate(rows=Count("pk"), top=Max("pk"), **added)
            return asked.values_list(time, "rows", "top", *added)

        self._prints = Kept(prints)
        self._few = Kept(lambda stream, times: rows(stream, **{"in": times}))
        self._many = Kept(lambda stream, first, last: rows(stream, gte=first, lte=last))

    def are_many(self, stream: str, start: int) -> bool:
        """Returns whether there are too many rows from a time on."""
        since = self._rows_of(stream).filter(**{f"{self._time}__gte": clock.to_datetime(start)})
        return held_rows.count(since) > held_rows.MOST

    def prints(self, stream: str, start: int) -> dict[datetime, tuple[Any, ...]]:
        """Returns the number of rows, the greatest key and the sums of each time from a time on."""
        return {time: tuple(found) for time, *found in self._prints.rows(stream, clock.to_datetime(start))}

    def rows(self, stream: str, times: Sequence[datetime]) -> Iterator[Row]:
        """Yields the rows of these times, and maybe of others between them, in order."""
        asked = (self._few, times) if len(times) <= FEW else (self._many, min(times), max(times))
        milliseconds: dict[datetime, int] = {}
        for time, pk, *values in asked[0].rows(stream, *asked[1:]):
            if time not in milliseconds:
                milliseconds[time] = clock.from_datetime(time)
            yield milliseconds[time], pk, dict(zip(self._names, values, strict=True))


class Changing(NamedTuple):
    """Names and reads the rows of one stream in such a table, as dashboard.held.rows.Rows says."""

    key: tuple[str, str]
    questions: Questions

    def read(self, start: int) -> Held | None:
        """Returns the rows from a time on; None if they are too many."""
        stream = self.key[1]
        if recall((self.key, start), lambda: self.questions.are_many(stream, start)):
            return None
        return self.refreshed(Held(start), start)

    def refreshed(self, held: Held, start: int) -> Held | None:
        """Returns them, those from `start` on as they are now; within a look, as they were at its first question."""
        since: list[float] = recall((self.key, "since"), lambda: [math.inf])
        if since[0] <= start:
            return held
        since[0] = start
        if len(held.rows) > held_rows.MOST // 2:
            held.cut(start)
            held.prints = {time: each for time, each in held.prints.items() if time >= clock.to_datetime(start)}
        return held if self._refresh(held, start) else None

    def _refresh(self, held: Held, start: int) -> bool:
        """Reads the rows of the times that have changed since the last look. Returns False if all are too many."""
        found, first = self.questions.prints(self.key[1], start), clock.to_datetime(start)
        known = {time: each for time, each in held.prints.items() if time >= first}
        before = {time: each for time, each in held.prints.items() if time < first}
        if sum(count for count, *_ in found.values()) > held_rows.MOST:
            return False
        changed = [time for time in {**known, **found} if known.get(time) != found.get(time)]
        if changed:
            rows: dict[int, list[Row]] = {clock.from_datetime(time): [] for time in changed}
            for row in self.questions.rows(self.key[1], changed):
                if row[0] in rows:
                    rows[row[0]].append(row)
            for time in sorted(rows):
                held.replace(time, rows[time])
        held.prints = before | found
        return True
