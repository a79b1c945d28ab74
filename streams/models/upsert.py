"""Writes whole rows, whether they exist or not."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import DateTimeField, Model

ROWS_A_STATEMENT = 2000  # of up to about 500 bytes: MariaDB takes them in one statement at its smallest setting


def upsert(rows: Sequence[Model], key: Sequence[str]) -> None:
    """Inserts rows of one model, or overwrites those that have the same key, a unique constraint's fields."""
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor == "sqlite":
        _write_one_by_one(model, rows, tuple(key))
        return
    names_target = connection.features.supports_update_conflicts_with_target  # MariaDB finds the key by itself
    model._default_manager.bulk_create(
        rows,
        batch_size=ROWS_A_STATEMENT,
        update_conflicts=True,
        update_fields=[field.name for field in _fields(model) if field.name not in key],
        unique_fields=key if names_target else None,
    )


def _write_one_by_one(model: type[Model], rows: Sequence[Model], key: tuple[str, ...]) -> None:
    """Writes the rows by one statement that SQLite prepares once; Django's own would hold 999 values at most."""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.executemany(_statement(model, key), _values(model, rows))


def _values(model: type[Model], rows: Sequence[Model]) -> list[Any]:
    """Returns the columns of the rows as SQLite takes them; equal times, of which there are few, are converted once."""
    columns = []
    for field in _fields(model):
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            values = [field.pre_save(row, add=True) for row in rows]
        else:
            values = [row.__dict__[field.attname] for row in rows]
        columns.append(_prepared(field, values))
    return list(zip(*columns, strict=True))


def _prepared(field: Any, values: list[Any]) -> list[Any]:
    database = connections[DEFAULT_DB_ALIAS]  # not the proxy, which looks for its thread's connection each time
    prepare = field.get_db_prep_save
    if isinstance(field, DateTimeField):
        known = {value: prepare(value, database) for value in set(values)}
        return [known[value] for value in values]
    return [prepare(value, database) for value in values]


@cache
def _fields(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@cache
def _statement(model: type[Model], key: tuple[str, ...]) -> str:
    quote = connection.ops.quote_name
    columns = [field.column for field in _fields(model)]
    found_by = [field.column for field in _fields(model) if field.name in key]
    changes = [f"{quote(column)} = excluded.{quote(column)}" for column in columns if column not in found_by]
    return (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))})"  # noqa: S608 - names of ours
        f" VALUES ({', '.join(['%s'] * len(columns))})"
        f" ON CONFLICT ({', '.join(map(quote, found_by))}) DO UPDATE SET {', '.join(changes)}"
    )
