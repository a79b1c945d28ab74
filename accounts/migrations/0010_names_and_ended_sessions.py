"""The likeness of user names, unique; and why sessions ended."""

import django.contrib.auth.validators
from django.apps.registry import Apps
from django.db import migrations, models

import accounts.names


def fill(apps: Apps, _: object) -> None:
    """Gives each account its likeness; of accounts with names that look alike, to the oldest alone."""
    user = apps.get_model("accounts", "User")
    taken = set()
    for pk, name in user.objects.order_by("pk").values_list("pk", "username"):
        likeness = accounts.names.likeness(name)
        if likeness not in taken:
            taken.add(likeness)
            user.objects.filter(pk=pk).update(likeness=likeness)


class Migration(migrations.Migration):
    dependencies = [('accounts', '0009_provisional_passwords')]

    operations = [
        migrations.AddField(
            model_name="user",
            name="likeness",
            field=models.CharField(editable=False, max_length=64, null=True, unique=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="user",
            name="username",
            field=models.CharField(
                error_messages={"unique": "A user with that username already exists."},
                max_length=150,
                unique=True,
                validators=[django.contrib.auth.validators.UnicodeUsernameValidator(), accounts.names.validate],
                verbose_name="username",
            ),
        ),
        migrations.CreateModel(
            name="EndedSession",
            fields=[
                ("key_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("reason", models.CharField(max_length=30)),
                ("at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
