"""Calls the sequence number of a minute's last trade by its name; the column stays as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("market", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("trademinute", "reached", "last_sequence"),
                migrations.AlterField(
                    "trademinute", "last_sequence", models.CharField(db_column="reached", max_length=64)
                ),
            ]
        )
    ]
