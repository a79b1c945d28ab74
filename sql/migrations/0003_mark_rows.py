"""Marks the minutes with stored rows, so that workers build the longer steps of the data of boards, the newest first."""

from datetime import timedelta

from django.db import migrations
from django.db.models import Max, Min

MINUTE, MOST = timedelta(minutes=1), 500


def mark(apps, schema_editor):
    marks = apps.get_model("streams", "RollupMark").objects
    rows = apps.get_model("sql", "SqlRow").objects
    for output in apps.get_model("sql", "SqlOutput").objects.filter(stored=True).select_related("application"):
        mine = rows.filter(output=output)
        for stream in mine.order_by("stream").values_list("stream", flat=True).distinct():
            mark_times(marks, output.application.name, stream, mine.filter(stream=stream))


def mark_times(marks, application, stream, rows):
    """Marks the minutes from each row on, some hundreds at a time: rows may be decades apart."""
    last = rows.aggregate(last=Max("rowtime"))["last"]
    start = rows.aggregate(first=Min("rowtime"))["first"]
    while start is not None:
        start = start.replace(second=0, microsecond=0)
        # Without looking which of these have rows: those without cost little to build.
        found = [at for at in (start + MINUTE * count for count in range(MOST)) if at <= last]
        marks.bulk_create([marks.model(application=application, stream=stream, minute=at) for at in found])
        start = rows.filter(rowtime__gte=start + MINUTE * MOST).aggregate(first=Min("rowtime"))["first"]


class Migration(migrations.Migration):
    atomic = False  # in bounded steps, so that nobody waits long; marking a minute twice does no harm
    dependencies = [("sql", "0002_drafts"), ("streams", "0015_rollups"), ("dashboard", "0002_row_steps")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
