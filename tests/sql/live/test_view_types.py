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


VALUES = ('"abc"', "1.5", "true", "1e300", '"1e999"', '"2016-07-19"', '"2015-02-30"', "99999999999999999999", "null")


def read(columns: list[list[str]], *datas: str) -> list[Any]:
    """Returns the rows of a view with so many columns, over rows of these datas."""
    application, _ = SqlApplication.objects.get_or_create(name="changes", stream="trades")
    view = {"columns": columns, "view": "sql_changes_out"}
    output, _ = SqlOutput.objects.update_or_create(application=application, name="OUT", defaults=view)
    output.rows.all().delete()
    for ordinal, data in enumerate(datas):
        SqlRow.objects.create(output=output, stream="trades", rowtime=MOMENT, ordinal=ordinal, data=data)
    row_views.create(output)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sql_changes_out")
        return list(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_a_view_is_readable_whatever_its_columns_and_values_are() -> None:
    names = [f"C{number}" for number in range(len(TYPES))]
    datas = ["{" + ", ".join(f'"{name}": {value}' for name in names) + "}" for value in VALUES]
    typed = read([[name, type_] for name, type_ in zip(names, TYPES, strict=True)], *datas)
    odd = read([[name, "VARCHAR(4)"] for name in ODD], "{}")
    row_views.drop(["sql_changes_out"])
    assert (len(typed), len(odd[0])) == (len(VALUES), 2 + len(ODD))
