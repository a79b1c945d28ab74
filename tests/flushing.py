"""Empties the test database after a test that commits, for a twentieth of the CPU of Django's own way."""

from typing import Any

from django.core.management.commands import flush

KEPT = {"auth_permission", "django_content_type"}  # the same rows after each migration


def make_cheap() -> None:
    """Replaces two parts of Django's `flush`, which runs after each of some 670 tests.

    Django empties all tables, and then sends the signal of a finished migration so that the rows of KEPT are written
    again, which takes 80 ms of CPU. On PostgreSQL it truncates, which makes new files for each table and index.
    """
    flush.sql_flush = _statements  # type: ignore[attr-defined]
    flush.emit_post_migrate_signal = _send_nothing  # type: ignore[attr-defined]


def _statements(style: Any, connection: Any, **options: Any) -> list[str]:
    """Returns the statements; Django runs them in one transaction, and checks foreign keys at its end."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [name for name in names if name not in KEPT]
    if connection.vendor == "postgresql":
        return [f"DELETE FROM {connection.ops.quote_name(name)}" for name in tables]
    return list(connection.ops.sql_flush(style, tables, **options))


def _send_nothing(*_arguments: Any, **_options: Any) -> None:
    """Stands for the signal: the rows that its receivers write were not removed."""
