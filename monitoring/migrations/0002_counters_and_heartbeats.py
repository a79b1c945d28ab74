"""Calls the models of counters and heartbeats by their names in the field; the tables stay as they are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("watching", "0001_totals_and_beats")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("Total", "Counter"),
                migrations.AlterModelTable("counter", "watching_total"),
                migrations.RenameModel("Beat", "Heartbeat"),
                migrations.AlterModelTable("heartbeat", "watching_beat"),
            ]
        )
    ]
