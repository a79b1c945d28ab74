"""Runs the statements of a commit, which have the same shape each time.

Django builds the SQL of a QuerySet anew for each use. For the few rows of a small commit that takes several times as
long as the database does. Values still go through the fields of the model, so that each database gets its own types.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.constants import OnConflict
from django.db.models.functions import Now

VALUES_MOST = 900  # of one statement of insert(): older builds of SQLite take 999
Values = Mapping[str, Any]  # by the name of the field, which is that of its column
NONE: Values = MappingProxyType({})


def update(
    model: type[Model],
    key: Values,
    put: Values = NONE,
    *,
    added: Values = NONE,
    later: Mapping[str, timedelta] = NONE,
    ids: Sequence[int] | None = None,
) -> int:
    """Changes the rows that have the values `key`, and one of `ids` if they are given, and returns their number.

    Fields get the values of `put` and grow by those of `added`; those of `later` become the database's own time plus a
    duration.
    """
    quote = connection.ops.quote_name
    changes = [f"{quote(name)} = %s" for name in put]
    changes += [f"{quote(name)} = {quote(name)} + %s" for name in added]
    params = prepared(model, put) + prepared(model, added)
    for name, duration in later.items():
        sql, more = _from_now(connection.vendor, model, duration)
        changes.append(f"{quote(name)} = {sql}")
        params += more
    # As Django asks for a condition: a damaged flag of 5, which SQLite can hold, is true, and is not equal to one.
    conditions = [quote(name) if value is True else f"{quote(name)} = %s" for name, value in key.items()]
    params += prepared(model, {name: key[name] for name in key if key[name] is not True})
    if ids is not None:
        if not ids:
            return 0
        condition, numbers = among(model, ids)
        conditions.append(condition)
        params += numbers
    statement = f"UPDATE {quote(model._meta.db_table)} SET {', '.join(changes)} WHERE {' AND '.join(conditions)}"  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def insert(
    model: type[Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    ignore: bool = False,
    key: str = "",
    overwrite: Sequence[str] = (),
    now: str = "",
) -> None:
    """Inserts rows of values of the database's own types, or datetimes. `ignore` leaves out those that exist.

    If a row with the same value of the unique column `key` is stored, its columns `overwrite` are changed instead. The
    given rows have different keys.
    The column `now`, for which rows have no value, becomes the database's own time.

    Takes a fifth of the time that bulk_create takes for each row. PostgreSQL, which plans each statement anew, gets all
    rows in one statement with an array for each column.
    """
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    conflict = OnConflict.UPDATE if overwrite else OnConflict.IGNORE if ignore else None
    begin = _beginning(model, [*(field.column for field in fields), *([now] if now else [])], conflict)
    end = connection.ops.on_conflict_suffix_sql(fields, conflict, overwrite, [key] if overwrite else [])
    time = f", {_now(connection.vendor, model)}" if now else ""
    adapted = _Adapted()
    values = [[adapted[value] if type(value) is datetime else value for value in row] for row in rows]
    if not values:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            source, params = _in_arrays(fields, list(zip(*values, strict=True)), time)
            cursor.execute(f"{begin} {source} {end}", params)
            return
        marks = f"({', '.join(['%s'] * len(columns))}{time})"
        size = VALUES_MOST // len(columns)
        for start in range(0, len(values), size):
            piece = values[start : start + size]
            cursor.execute(f"{begin} VALUES {', '.join([marks] * len(piece))} {end}", [*chain.from_iterable(piece)])


def _in_arrays(fields: Sequence[Any], columns: Sequence[Sequence[Any]], time: str) -> tuple[str, list[Any]]:
    """Returns the rows as a SELECT of PostgreSQL, and its parameters.

    A column of which all rows share the value is one parameter; each other one, and the first, is an array.
    """
    alone = [place > 0 and all(value is column[0] for value in column) for place, column in enumerate(columns)]
    types = list(map(_plain_type, fields))
    shown = [f"%s::{types[place]}" if one else f"rows.c{place}" for place, one in enumerate(alone)]
    many = [place for place, one in enumerate(alone) if not one]
    names = ", ".join(f"c{place}" for place in many)
    arrays = ", ".join(f"%s::{types[place]}[]" for place in many)
    source = f"SELECT {', '.join(shown)}{time} FROM unnest({arrays}) AS rows({names})"  # noqa: S608 - names of types
    once = [column[0] for column, one in zip(columns, alone, strict=True) if one]
    return source, once + [_array(columns[place]) for place in many]


def _array(values: Sequence[Any]) -> Any:
    """Returns values as the text of an array of PostgreSQL: psycopg takes ten times as long to make it.

    Values of other types stay a list, for psycopg.
    """
    try:
        return f"{{{','.join([_AS_TEXT[type(value)](value) for value in values])}}}"
    except KeyError:
        return list(values)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_AS_TEXT: dict[type, Callable[[Any], str]] = {
    str: _quoted,
    int: str,
    float: repr,
    bool: str,
    datetime: lambda value: f'"{value.isoformat()}"',
    type(None): lambda _: "NULL",
}


def _beginning(model: type[Model], columns: Iterable[str], conflict: OnConflict | None) -> str:
    quote, verb = connection.ops.quote_name, connection.ops.insert_statement(on_conflict=conflict)
    return f"{verb} {quote(model._meta.db_table)} ({', '.join(map(quote, columns))})"


def among(model: type[Model], ids: Sequence[int]) -> tuple[str, list[Any]]:
    """Returns the condition that a row has one of some ids, of which there is one at least, and its parameters.

    Django's own `__in` prepares each value by itself, and takes as long as the statement.
    """
    column = f"{connection.ops.quote_name(model._meta.db_table)}.{connection.ops.quote_name('id')}"
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s::bigint[])", [_array(ids)]
    return f"{column} IN ({', '.join(['%s'] * len(ids))})", list(ids)


def _plain_type(field: Any) -> str:
    """Returns the type of a column without its length: a cast would cut a text that is too long."""
    return str(field.db_type(connection)).partition("(")[0]


class _Adapted(dict[datetime, Any]):
    """Holds datetimes as the database takes them; the rows of one call mostly share theirs."""

    def __missing__(self, value: datetime) -> Any:
        adapted = self[value] = connection.ops.adapt_datetimefield_value(value)
        return adapted


def prepared(model: type[Model], values: Values) -> list[Any]:
    """Returns the values as this thread's database takes them."""
    field: Any = model._meta.get_field
    return [field(name).get_db_prep_save(value, connection) for name, value in values.items()]


@cache
def _now(vendor: str, model: type[Model]) -> str:
    """Returns the expression for the time, without parameters; `vendor` is the database's."""
    query = model._default_manager.all().query
    return str(query.get_compiler(connection=connection).compile(Now().resolve_expression(query))[0])


@cache
def _from_now(vendor: str, model: type[Model], duration: timedelta) -> tuple[str, tuple[Any, ...]]:
    """Returns the expression for the time in `duration`; `vendor` is the database's."""
    query = model._default_manager.all().query
    expression = (Now() + duration).resolve_expression(query)
    sql, params = query.get_compiler(connection=connection).compile(expression)
    return sql, tuple(params)
