"""Marks the stored minutes once more, for the longer steps of the data of boards."""

from importlib import import_module

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("market", "0004_mark_minutes"), ("dashboard", "0002_row_steps")]
    operations = [
        migrations.RunPython(
            import_module("applications.market.migrations.0004_mark_minutes").mark, migrations.RunPython.noop
        )
    ]
