"""Expressions over rows and stored steps, in the words of SQLite, PostgreSQL and MariaDB."""

from typing import Any

from django.db.models import BigIntegerField, F, FloatField, Func, TextField

from dashboard.steps.building import PLACES


class Step(Func):
    """Numbers the steps of `seconds` since 1970 and returns the one that a time falls into."""

    output_field = BigIntegerField()

    def __init__(self, time: str, seconds: int) -> None:
        super().__init__(F(time), seconds=seconds)

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        # Each of the signs is halved twice: in the template, and by the driver.
        template = "(CAST(strftime('%%%%s', %(expressions)s) AS INTEGER) / %(seconds)s)"
        return self.as_sql(compiler, connection, template=template)

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        template = "(FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint / %(seconds)s)"
        return self.as_sql(compiler, connection, template=template)

    def as_mysql(self, compiler: Any, connection: Any) -> Any:
        template = "(TIMESTAMPDIFF(SECOND, '1970-01-01', %(expressions)s) DIV %(seconds)s)"
        return self.as_sql(compiler, connection, template=template)


class StoredStep(Func):
    """Numbers the steps of `seconds` since 1970 and returns the one that a number of seconds falls into."""

    output_field = BigIntegerField()
    template = "(%(expressions)s / %(seconds)s)"

    def __init__(self, field: str, seconds: int) -> None:
        super().__init__(F(field), seconds=seconds)

    def as_mysql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s DIV %(seconds)s)")


class Cell(Func):
    """Reads a text, or a number of the list of a column, from the data of a step."""

    def __init__(self, name: str, place: str = "") -> None:
        self._name, self._place = name, PLACES.index(place) if place else None
        super().__init__(F("data"), output_field=FloatField() if place else TextField())

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        inner, params = compiler.compile(self.source_expressions[0])
        if connection.vendor == "postgresql":
            path = "->> %s" if self._place is None else f"-> %s ->> {self._place}"
            sql, own = f"({inner}::jsonb {path})", self._name
        else:
            function = "JSON_VALUE" if connection.vendor == "mysql" else "json_extract"
            sql, own = (
                f"{function}({inner}, %s)",
                f'$."{self._name}"' + ("" if self._place is None else f"[{self._place}]"),
            )
        cast = {"postgresql": "double precision", "mysql": "double"}.get(connection.vendor)
        if self._place is not None and cast:
            sql = f"CAST({sql} AS {cast})"
        return sql, [*params, own]
