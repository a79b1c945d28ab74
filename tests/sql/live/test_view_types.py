"""A view stays readable when a later version gives a column another type: the rows of before are still there."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from sql.live import row_views
from sql.live.models import SqlApplication, SqlOutput, SqlRow

TYPES = ("BIGINT", "DECIMAL(10,2)", "DOUBLE", "BOOLEAN", "DATE", "TIME", "TIMESTAMP", "VARCHAR(4)")
MOMENT = datetime(2016, 7, 19, 17, 5, tzinfo=UTC)
ODD = ["a'); DROP TABLE x; --", "%s %(a)s {} {0}", "é\u2028€😀", "$.a[*]", ":a ?", "'"]


def made(columns: list[list[str]], *datas: str) -> SqlOutput:
    application = SqlApplication.objects.create(name="changes", stream="trades")
    output = SqlOutput.objects.create(application=application, name="OUT", columns=columns, view="sql_changes_out")
    for ordinal, data in enumerate(datas):
        SqlRow.objects.create(output=output, stream="trades", rowtime=MOMENT, ordinal=ordinal, data=data)
    row_views.create(output)
    return output


def read(columns: str = "*") -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM sql_changes_out")
        return list(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("type_", TYPES)
def test_a_view_is_readable_whatever_values_its_rows_have(type_: str) -> None:
    made([["A", type_]], *(f'{{"A": {value}}}' for value in ('"abc"', "1.5", "true", "1e300", '"2016-07-19"', "null")))
    found = read("a")
    row_views.drop(["sql_changes_out"])
    assert len(found) == 6


@pytest.mark.django_db(transaction=True)
def test_a_view_has_columns_whatever_their_names_are() -> None:
    made([[name, "VARCHAR(4)"] for name in ODD], "{}")
    found = read()
    row_views.drop(["sql_changes_out"])
    assert len(found[0]) == 2 + len(ODD)
