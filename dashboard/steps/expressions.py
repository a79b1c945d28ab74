"""Expressions over rows and stored steps, in the words of SQLite, PostgreSQL and MariaDB."""

from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, F, Func, TextField, Value


class Step(Func):
    """Numbers the steps of `seconds` since 1970, and so many seconds later; returns the one that a time falls into."""

    output_field = BigIntegerField()

    def __init__(self, time: str, seconds: int, later: int = 0) -> None:
        super().__init__(F(time), seconds=seconds, later=later)

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        # Each of the signs is halved twice: in the template, and by the driver.
        template = "((CAST(strftime('%%%%s', %(expressions)s) AS INTEGER) - %(later)s) / %(seconds)s)"
        return self.as_sql(compiler, connection, template=template)

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        template = "((FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint - %(later)s) / %(seconds)s)"
        return self.as_sql(compiler, connection, template=template)

    def as_mysql(self, compiler: Any, connection: Any) -> Any:
        template = "((TIMESTAMPDIFF(SECOND, '1970-01-01', %(expressions)s) - %(later)s) DIV %(seconds)s)"
        return self.as_sql(compiler, connection, template=template)


class Cell(Func):
    """Reads a value, as text, from the JSON object in `data` of a stored step or of a row in SQL."""

    output_field = TextField()

    def __init__(self, name: str) -> None:
        path = Value(name) if connection.vendor == "postgresql" else Value(f'$."{name}"')
        super().__init__(F("data"), path, function="JSON_VALUE" if connection.vendor == "mysql" else "json_extract")

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        # SQLite gives numbers as such, and 1 for true; neither equals the text that stands for it.
        return self.as_sql(compiler, connection, template="CAST(%(function)s(%(expressions)s) AS TEXT)")

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner="::jsonb ->> ")
