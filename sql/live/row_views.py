"""Makes a view of the database for each stored output, so that any SQL client reads its rows under a stable name.

`sql_APPLICATION_STREAM` has the columns `rowtime` and `stream` (that was read), then the output's own with their types.
Names are in lower case and hold letters, digits and underscores, so that no client has to quote them. The views are
dropped before migrations, because a database refuses to alter a table under a view, and made again afterwards.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection

from sql.live.models import MOST_VIEW, SqlOutput, SqlRow
from sql.types import FAMILIES, Family, Kind

OWN = ("rowtime", "stream")
_UNREADABLE = re.compile(r'["\\]')  # no path in JSON can name such a column in every database

_NUMBER = r"^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?$"
_MONTHS = (
    "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])",
    "(0[469]|11)-(0[1-9]|[12][0-9]|30)",
    "02-(0[1-9]|1[0-9]|2[0-8])",
)
_DAY = rf"((?!0000)[0-9]{{4}}-({'|'.join(_MONTHS)})|[0-9]{{2}}(0[48]|[2468][048]|[13579][26])-02-29)"
_HOUR = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
# By family, with @ for the value as text. A value of an earlier version, in which its column had another type, is NULL
# where it does not fit: PostgreSQL would refuse to read the whole view.
POSTGRES = {
    Family.WHOLE: "CASE WHEN @ ~ '^-?[0-9]{1,19}$' THEN CASE WHEN @::numeric BETWEEN -9223372036854775808 AND "
    "9223372036854775807 THEN @::bigint END END",
    Family.EXACT: f"CASE WHEN @ ~ '{_NUMBER}' THEN @::numeric END",
    Family.APPROXIMATE: f"CASE WHEN @ ~ '{_NUMBER}' THEN CASE WHEN @::numeric = 0 OR "
    "abs(@::numeric) BETWEEN 5e-324 AND 1.7976931348623157e308 THEN @::double precision END END",
    Family.BOOLEAN: "CASE WHEN @ IN ('true', 'false') THEN @::boolean END",
    Family.DATE: f"CASE WHEN @ ~ '^{_DAY}$' THEN @::date END",
    Family.TIME: f"CASE WHEN @ ~ '^{_HOUR}$' THEN @::time END",
    Family.TIMESTAMP: f"CASE WHEN @ ~ '^{_DAY} {_HOUR}$' THEN @::timestamp END",
}
MARIADB = {
    Family.WHOLE: "CAST({} AS SIGNED)",
    Family.EXACT: "CAST({} AS DECIMAL(38, {scale}))",
    Family.APPROXIMATE: "CAST({} AS DOUBLE)",
    Family.BOOLEAN: "{} IN ('true', '1')",
    Family.DATE: "CAST({} AS DATE)",
    Family.TIME: "CAST({} AS TIME(3))",
    Family.TIMESTAMP: "CAST({} AS DATETIME(3))",
}


def plain(name: str, otherwise: str = "_") -> str:
    """Returns a name in lower case, with an underscore for each run of other characters than letters and digits."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or otherwise


def view_name(application: str, stream: str, taken: Iterable[str]) -> str:
    """Returns the name of an output's view; a digest ends it if it is long or another output has it."""
    name = f"sql_{plain(application)}_{plain(stream)}"
    if len(name) <= MOST_VIEW and name not in taken:
        return name
    end = hashlib.sha256(f"{application} {stream}".encode()).hexdigest()[:8]
    return f"{name[: MOST_VIEW - 9]}_{end}"


def column_names(columns: Sequence[str]) -> list[str]:
    """Returns the names of a view's columns; a number ends a name that another column has."""
    taken, found = set(OWN), []
    for column in columns:
        name, number = (base := plain(column, "column")), 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        found.append(name)
    return found


def create(output: SqlOutput) -> None:
    """Makes, or makes anew, the view of an output."""
    drop([output.view])
    quote = connection.ops.quote_name
    readable = [(name, type_) for name, type_ in output.columns if not _UNREADABLE.search(name)]
    names = column_names([name for name, _ in readable])
    columns = [f"{_typed(name, type_)} AS {quote(own)}" for (name, type_), own in zip(readable, names, strict=True)]
    chosen = ", ".join([*map(quote, OWN), *columns])
    table = quote(SqlRow._meta.db_table)
    _run(f"CREATE VIEW {quote(output.view or '')} AS SELECT {chosen} FROM {table} WHERE output_id = {output.pk:d}")  # noqa: S608 - names are quoted


def drop(names: Iterable[str | None]) -> None:
    for name in filter(None, names):
        _run(f"DROP VIEW IF EXISTS {connection.ops.quote_name(name)}")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _typed(name: str, type_: str) -> str:
    """Returns the expression of a column's value in the database's own type."""
    family, scale = family_of(type_)
    text = name.replace("'", "''")
    if connection.vendor == "postgresql":
        value = f"(data::jsonb ->> '{text}')"
        return POSTGRES.get(family, "@").replace("@", value)
    path = f"""'$."{text}"'"""
    if connection.vendor == "mysql":
        return MARIADB.get(family, "{}").format(f"JSON_VALUE(data, {path})", scale=scale)
    return f"json_extract(data, {path})"


def family_of(type_: str) -> tuple[Family, int]:
    """Returns the family and the scale of a type, from the dialect's word for it."""
    word, _, rest = type_.partition("(")
    scale = rest.rstrip(")").partition(",")[2]
    return FAMILIES[Kind(word.split()[0])], int(scale or 0)


def before(app_config: Any, plan: Sequence[Any] = (), **_: Any) -> None:
    """Drops the views before migrations."""
    if app_config.label == "sql" and any(migration.app_label == "sql" for migration, _ in plan):
        drop(_views())


def after(app_config: Any, plan: Sequence[Any] = (), **_: Any) -> None:
    """Makes them again."""
    if app_config.label == "sql" and any(migration.app_label == "sql" for migration, _ in plan):
        for output in SqlOutput.objects.exclude(view=None) if _exists() else ():
            create(output)


def _views() -> Iterator[str]:
    """Yields the names of the views, by the table as it is before the migrations."""
    if _exists():
        with connection.cursor() as cursor:
            quote = connection.ops.quote_name
            table, column = quote(SqlOutput._meta.db_table), quote("view")
            cursor.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608 - constants
            yield from [name for (name,) in cursor.fetchall()]


def _exists() -> bool:
    return SqlOutput._meta.db_table in connection.introspection.table_names()
