import django.db.models.deletion
from django.db import migrations, models

from streams.migrations._states_before_0011 import read
from streams.core.state_log import StateLog


def convert(apps, schema_editor):
    """Stores each state as a log. A blob that no application of before wrote stays, and its worker tells of it."""
    leases = apps.get_model("streams", "Lease").objects
    segments = apps.get_model("streams", "StateSegment").objects
    for lease in leases.exclude(state=b"").only("pk", "state").iterator(chunk_size=1):
        state = read(bytes(lease.state))
        if state is None:
            continue
        write = StateLog(lambda _: ()).replace(state)
        leases.filter(pk=lease.pk).update(state=write.head)
        for (history, number), data in write.added.items():
            segments.create(lease_id=lease.pk, history=history, number=number, data=data)


def refuse(apps, schema_editor):
    """An older release would count wrong without the states, and cannot read them."""
    if apps.get_model("streams", "Lease").objects.exclude(state=b"").exists():
        raise RuntimeError(
            "The states of the leases are stored as only this release and later ones read them. To go back, restore "
            "the backup that was made before the upgrade."
        )


class Migration(migrations.Migration):
    dependencies = [('streams', '0010_letter_kinds')]

    operations = [
        migrations.CreateModel(
            "StateSegment",
            [
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ("history", models.BooleanField()),
                ("number", models.BigIntegerField()),
                ("data", models.BinaryField()),
                ("lease", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="streams.lease")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("lease", "history", "number"), name="one_segment_per_number")
                ]
            },
        ),
        migrations.RunPython(convert, refuse),
    ]
