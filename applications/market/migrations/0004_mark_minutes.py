"""Marks the minutes that are stored already, so that workers build their longer steps, the newest first."""

from datetime import timedelta

from django.db import migrations
from django.db.models import Max, Min

DAY = timedelta(days=1)


def mark(apps, schema_editor):
    minutes = apps.get_model("market", "TradeMinute").objects
    marks = apps.get_model("streams", "RollupMark").objects
    for stream in minutes.order_by("stream").values_list("stream", flat=True).distinct():
        mine = minutes.filter(stream=stream)
        bounds = mine.aggregate(first=Min("minute"), last=Max("minute"))
        start = bounds["first"]
        while start <= bounds["last"]:  # a day at a time
            found = mine.filter(minute__gte=start, minute__lt=start + DAY).order_by("minute")
            rows = [
                marks.model(application="trades", stream=stream, minute=minute)
                for minute in found.values_list("minute", flat=True).distinct()
            ]
            marks.bulk_create(rows, batch_size=500)
            start += DAY


class Migration(migrations.Migration):
    atomic = False  # each day by itself, so that nobody waits long; marking a minute twice does no harm
    dependencies = [("market", "0003_trade_steps"), ("streams", "0015_rollups")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
