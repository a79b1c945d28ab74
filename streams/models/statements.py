"""Runs the statements of a commit, which have the same shape each time.

Django builds the SQL of a QuerySet anew for each use. For the few rows of a small commit that takes several times as
long as the database does. Values still go through the fields of the model, so that each database gets its own types.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.functions import Now

Values = Mapping[str, Any]  # by the name of the field, which is that of its column


NONE: Values = MappingProxyType({})


def update(
    model: type[Model],
    key: Values,
    put: Values = NONE,
    *,
    added: Values = NONE,
    later: Mapping[str, timedelta] = NONE,
) -> int:
    """Changes the rows that have the values `key`, and returns their number.

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
    conditions = " AND ".join([quote(name) if value is True else f"{quote(name)} = %s" for name, value in key.items()])
    statement = f"UPDATE {quote(model._meta.db_table)} SET {', '.join(changes)} WHERE {conditions}"  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        cursor.execute(statement, params + prepared(model, {name: key[name] for name in key if key[name] is not True}))
        return int(cursor.rowcount)


def insert(model: type[Model], rows: Sequence[Values]) -> None:
    """Adds a few rows, at least one, all with values of the same fields."""
    quote = connection.ops.quote_name
    places = f"({', '.join(['%s'] * len(rows[0]))})"
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, rows[0]))})"  # noqa: S608 - names of ours
        f" VALUES {', '.join([places] * len(rows))}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in prepared(model, row)])


def prepared(model: type[Model], values: Values) -> list[Any]:
    """Returns the values as this thread's database takes them."""
    field: Any = model._meta.get_field
    return [field(name).get_db_prep_save(value, connection) for name, value in values.items()]


@cache
def _from_now(vendor: str, model: type[Model], duration: timedelta) -> tuple[str, tuple[Any, ...]]:
    """Returns the expression for the time in `duration`; `vendor` is the database's."""
    query = model._default_manager.all().query
    expression = (Now() + duration).resolve_expression(query)
    sql, params = query.get_compiler(connection=connection).compile(expression)
    return sql, tuple(params)
