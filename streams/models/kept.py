"""Keeps the SQL of questions that pages and the hub ask again and again with other values.

Django builds the SQL of a QuerySet anew for each use, which takes ten times as long as SQLite takes to answer it.
A kept question is built once for each database and shape of its values. The values still go through Django's fields
each time, and so do the columns of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Aggregate, BigIntegerField, CharField, DateTimeField, Expression, Field, QuerySet

MOST_SHAPES = 100  # of one question; the oldest is built anew after that
_FIELDS: dict[type, Field[Any, Any]] = {str: CharField(), int: BigIntegerField(), datetime: DateTimeField()}


class Place(Expression):
    """Stands for a value in a question that is built."""

    def __init__(self, number: int, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field)
        self.number = number

    def as_sql(self, *_: Any, **__: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


class Built(NamedTuple):
    """Holds the SQL of a question, its parameters with places among them, and the expressions of its columns."""

    sql: str
    params: Sequence[Any]
    columns: Sequence[Any]

    def filled(self, values: Sequence[Any]) -> list[Any]:
        """Returns the parameters with values in the places, as this thread's database takes them."""
        return [_prepared(each, values) if isinstance(each, Place) else each for each in self.params]


class Kept:
    """Asks one question again and again. `build` returns a QuerySet of `values_list` from values of str, int or time.

    A value may also be a sequence of such values, which must not be empty. `build` must use the values only as values
    of filters and expressions: it gets expressions in place of them.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._built: dict[tuple[Any, ...], Built] = {}
        self._lock = Lock()

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """Returns the rows of the answer."""
        built = self.built(*values)
        with connection.cursor() as cursor:
            cursor.execute(built.sql, built.filled(_flat(values)))
            found = cursor.fetchall()
        return _read(built.columns, found) if found else []

    def column(self, *values: Any) -> list[Any]:
        """Returns the first column of the answer."""
        return [row[0] for row in self.rows(*values)]

    def first(self, *values: Any) -> Any:
        """Returns the first column of the first row; None without a row."""
        return next(iter(self.column(*values)), None)

    def built(self, *values: Any) -> Built:
        """Returns the SQL for values of this shape."""
        shape = connection.vendor, *map(_shape, values)
        built = self._built.get(shape)
        if built is None:
            built = _compiled(self._build(*_places(values)))
            with self._lock:
                while len(self._built) >= MOST_SHAPES:
                    del self._built[next(iter(self._built))]
                self._built[shape] = built
        return built


def answered(questions: Sequence[tuple[Kept, Sequence[Any]]]) -> list[bool]:
    """Returns which questions have a row, by one query; each is a kept question with its values."""
    asked = [(kept.built(*values), values) for kept, values in questions]
    params = [param for built, values in asked for param in built.filled(_flat(values))]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'EXISTS({built.sql})' for built, _ in asked)}", params)
        return [bool(has) for has in cursor.fetchone()]


def over_all(rows: QuerySet[Any, Any], *aggregates: Aggregate) -> QuerySet[Any, Any]:
    """Returns a question for one row with these aggregates over all rows."""
    named = {f"figure_{number}": aggregate for number, aggregate in enumerate(aggregates)}
    asked: QuerySet[Any, Any] = rows.order_by().annotate(**named).values_list(*named)
    asked.query.group_by = None
    return asked


def _compiled(rows: QuerySet[Any, Any]) -> Built:
    compiler: Any = rows.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    return Built(sql, list(params), [column[0] for column in compiler.select[: compiler.col_count]])


def _read(columns: Sequence[Any], rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Returns the rows with the values that Django would return."""
    read: list[Sequence[Any]] = []
    times = getattr(connection.ops, "convert_datetimefield_value", None) if connection.timezone == UTC else None
    for expression, values in zip(columns, zip(*rows, strict=True), strict=True):
        column: Sequence[Any] = values
        for convert in connection.ops.get_db_converters(expression) + expression.get_db_converters(connection):
            if convert == times:
                column = list(map(_time, column))
            else:
                column = [convert(value, expression, connection) for value in column]
        read.append(column)
    return list(zip(*read, strict=True))


def _time(value: Any) -> Any:
    """Returns what the converters of SQLite and MariaDB return where times are UTC, in a third of the time."""
    if value is None:
        return None
    time = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _shape(value: Any) -> Any:
    return len(value) if isinstance(value, (list, tuple)) else type(value)


def _flat(values: Sequence[Any]) -> list[Any]:
    return [each for value in values for each in (value if isinstance(value, (list, tuple)) else [value])]


def _places(values: Sequence[Any]) -> Iterator[Any]:
    """Yields a place for each value, and a list of places for each sequence."""
    number = 0
    for value in values:
        made = [
            Place(number + offset, _field(each))
            for offset, each in enumerate(value if isinstance(value, (list, tuple)) else [value])
        ]
        number += len(made)
        yield made if isinstance(value, (list, tuple)) else made[0]


def _field(value: Any) -> Field[Any, Any]:
    return next(field for kind, field in _FIELDS.items() if isinstance(value, kind))


def _prepared(place: Place, values: Sequence[Any]) -> Any:
    return place.output_field.get_db_prep_value(values[place.number], connection)
