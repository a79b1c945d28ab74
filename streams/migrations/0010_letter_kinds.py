from django.db import migrations, models

from streams.core.error_kinds import kind_of

BATCH = 1000


def fill(apps, schema_editor):
    """In batches, so that no letter's bytes are read and memory stays small."""
    letters = apps.get_model("streams", "DeadLetter").objects
    last = 0
    while rows := list(letters.filter(pk__gt=last).order_by("pk").only("pk", "error")[:BATCH]):
        for row in rows:
            row.kind = kind_of(row.error)
        letters.bulk_update(rows, ["kind"])
        last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [('streams', '0009_threshold_history')]

    operations = [
        migrations.AddField("deadletter", "kind", models.CharField(blank=True, default="", max_length=120)),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            "deadletter", models.Index(fields=["application", "stream", "kind", "status"], name="letters_by_kind")
        ),
    ]
