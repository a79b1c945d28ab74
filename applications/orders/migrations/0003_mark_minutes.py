"""Marks the minutes with stored seconds, so that workers build their longer steps, the newest first."""

from datetime import timedelta

from django.db import migrations
from django.db.models import Max, Min

MINUTE, MOST = timedelta(minutes=1), 500


def mark(apps, schema_editor):
    seconds = apps.get_model("orders", "SiteSecond").objects
    marks = apps.get_model("streams", "RollupMark").objects
    for stream in seconds.order_by("stream").values_list("stream", flat=True).distinct():
        # Without looking which minutes have seconds: those without cost nothing to build.
        bounds = seconds.filter(stream=stream).aggregate(first=Min("second"), last=Max("second"))
        start = bounds["first"].replace(second=0, microsecond=0)
        while start <= bounds["last"]:
            minutes = [start + MINUTE * count for count in range(MOST)]
            marks.bulk_create(
                [
                    marks.model(application="orders", stream=stream, minute=minute)
                    for minute in minutes
                    if minute <= bounds["last"]
                ]
            )
            start += MINUTE * MOST


class Migration(migrations.Migration):
    atomic = False  # in bounded steps, so that nobody waits long; marking a minute twice does no harm
    dependencies = [("orders", "0002_site_steps"), ("streams", "0015_rollups")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
