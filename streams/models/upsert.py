"""Writes whole rows, whether they exist or not."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

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


def _values(model: type[Model], rows: Sequence[Model]) -> list[list[Any]]:
    stamped = [
        field for field in _fields(model) if hasattr(field, "auto_now") and (field.auto_now or field.auto_now_add)
    ]
    fields = [(field.attname, field.get_db_prep_save) for field in _fields(model)]
    found = []
    for row in rows:
        for field in stamped:
            field.pre_save(row, add=True)
        values = row.__dict__
        found.append([prepare(values[name], connection) for name, prepare in fields])
    return found


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
