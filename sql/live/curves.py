"""Makes curves of the stored rows of outputs by themselves: each number over row time, a line for each key."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sql.live.models import ERRORS, SqlApplication, SqlOutput, SqlRow
from sql.live.row_views import family_of
from sql.types import Family
from streams.core import clock

ROWS = 500  # the newest of an output
OUTPUTS, NUMBERS, KEYS = 6, 4, 5  # at most, on a page
DISTINCT = 60  # values up to which a column of texts is a part of the key
PARTS = 3  # columns of a key, at most
NUMERIC = {Family.WHOLE, Family.EXACT, Family.APPROXIMATE}
Point = tuple[int, dict[str, Any]]  # row time in milliseconds, row


def of(application: SqlApplication, stream: str) -> list[dict[str, Any]]:
    """Returns the curves of an application: {stream, column, keys, points, more}.

    `points` are columns of equal length: seconds, then a line for each key; `more` keys have no line.
    """
    found = application.outputs.filter(current=True, stored=True).exclude(name=ERRORS).order_by("pk")[:OUTPUTS]
    return [curve for output in found for curve in _of_output(output, stream)]


def _of_output(output: SqlOutput, stream: str) -> list[dict[str, Any]]:
    numbers = [name for name, type_ in output.columns if family_of(type_)[0] in NUMERIC]
    if not numbers:
        return []
    newest = SqlRow.objects.filter(output=output, stream=stream).order_by("-rowtime", "-pk")[:ROWS]
    rows = [(clock.from_datetime(time), json.loads(data)) for time, data in newest.values_list("rowtime", "data")][::-1]
    key = _key(output, rows)
    return [{"stream": output.name, "column": name, **points(rows, name, key)} for name in numbers[:NUMBERS]]


def _key(output: SqlOutput, rows: Sequence[Point]) -> list[str]:
    """Returns the columns of texts with few values: together they tell lines apart. Without any, all rows make one."""
    texts = [name for name, type_ in output.columns if family_of(type_)[0] == Family.TEXT]
    return [name for name in texts if 0 < len({row.get(name) for _, row in rows}) <= DISTINCT][:PARTS]


def points(rows: Sequence[Point], column: str, key: Sequence[str]) -> dict[str, Any]:
    """Returns the commonest keys, and the points as columns of equal length, with None where a key has no row."""
    counts = Counter(_name(row, key) for _, row in rows)
    keys = [name for name, _ in sorted(counts.most_common(KEYS))]
    values: dict[int, dict[str, float]] = {}
    for time, row in rows:
        if (name := _name(row, key)) in keys and isinstance(value := row.get(column), int | float):
            values.setdefault(time, {})[name] = value
    times = sorted(values)
    lines = [[values[time].get(name) for time in times] for name in keys]
    return {
        "keys": keys if key else [],
        "points": [[time / 1000 for time in times], *lines],
        "more": len(counts) - len(keys),
    }


def _name(row: dict[str, Any], key: Sequence[str]) -> str:
    return " ".join(str(row.get(column)) for column in key)[:40]
