"""Marks the minutes with stored seconds once more, for the longer steps of the data of boards."""

from importlib import import_module

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0003_mark_minutes"), ("dashboard", "0002_row_steps")]
    operations = [
        migrations.RunPython(
            import_module("applications.orders.migrations.0003_mark_minutes").mark, migrations.RunPython.noop
        )
    ]
