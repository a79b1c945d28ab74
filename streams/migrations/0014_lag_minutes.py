"""Adds the history of how far behind each application was on each stream."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("streams", "0013_watermark")]

    operations = [
        migrations.CreateModel(
            name="LagMinute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("application", models.CharField(max_length=64)),
                ("stream", models.CharField(max_length=128)),
                ("minute", models.DateTimeField()),
                ("watermark", models.DateTimeField(null=True)),
                ("lag", models.FloatField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["stream", "minute"], name="lag_of_stream"),
                    models.Index(fields=["minute"], name="lag_by_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "stream", "minute"), name="one_lag_per_minute"
                    )
                ],
            },
        )
    ]
