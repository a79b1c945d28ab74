"""`report NAME` prints a table for each stream that an application stores."""

from datetime import UTC, datetime

import pytest

from sql.live.models import SqlApplication, SqlOutput, SqlRow
from sql.live.report import rows
from streams.applications import Asked
from streams.management.table import lines

MOMENT = datetime(2026, 9, 21, 14, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_report_prints_a_table_for_each_stream_of_an_application() -> None:
    application = SqlApplication.objects.create(name="counts", stream="clicks")
    for name, column in (("TOTALS", "total"), ("PAGES", "page")):
        columns = [[column, "VARCHAR(8)"]]
        output = SqlOutput.objects.create(application=application, name=name, columns=columns, view=name)
        for ordinal in (1, 2):
            data = f'{{"{column}":"{column[0]}{ordinal}"}}'
            SqlRow.objects.create(output=output, stream="clicks", rowtime=MOMENT, ordinal=ordinal, data=data)
    time = "2026-09-21T14:01:00.000Z"
    assert list(lines(rows("counts", Asked(flat=True)))) == [
        *("stream  rowtime                   total", f"TOTALS  {time}  t1", f"TOTALS  {time}  t2", ""),
        *("stream  rowtime                   page", f"PAGES   {time}  p1", f"PAGES   {time}  p2"),
    ]
    alone = list(lines(rows("counts", Asked(flat=True, output="PAGES"))))
    assert alone == ["rowtime                   page", f"{time}  p1", f"{time}  p2"]
