"""Marks the minutes with stored rows, so that workers build the longer steps of the data of boards, the newest first."""

from datetime import timedelta

from django.db import migrations
from django.db.models import Max, Min

MINUTE, MOST = timedelta(minutes=1), 500


def mark(apps, schema_editor):
    marks = apps.get_model("streams", "RollupMark").objects
    rows = apps.get_model("sql", "SqlRow").objects
    minutes = {}  # the first and the last, by application and stream
    for output in apps.get_model("sql", "SqlOutput").objects.filter(stored=True).select_related("application"):
        mine = rows.filter(output=output)
        for stream in mine.order_by("stream").values_list("stream", flat=True).distinct():
            bounds = mine.filter(stream=stream).aggregate(first=Min("rowtime"), last=Max("rowtime"))
            first, last = minutes.get((output.application.name, stream), (bounds["first"], bounds["last"]))
            minutes[output.application.name, stream] = min(first, bounds["first"]), max(last, bounds["last"])
    for (application, stream), (first, last) in minutes.items():
        # Without looking which minutes have rows: those without cost little to build.
        start = first.replace(second=0, microsecond=0)
        while start <= last:
            found = [at for at in (start + MINUTE * count for count in range(MOST)) if at <= last]
            marks.bulk_create([marks.model(application=application, stream=stream, minute=at) for at in found])
            start += MINUTE * MOST


class Migration(migrations.Migration):
    atomic = False  # in bounded steps, so that nobody waits long; marking a minute twice does no harm
    dependencies = [("sql", "0002_drafts"), ("streams", "0015_rollups"), ("dashboard", "0002_row_steps")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
