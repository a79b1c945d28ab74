"""Roles: everybody keeps their rights. Staff could manage people until now, so they become administrators."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q


def keep_rights(apps: Any, schema_editor: Any) -> None:
    """Sets both flags where one was set. A superuser without the other had no page of staff, but all permissions."""
    both = {"is_staff": True, "is_superuser": True}
    apps.get_model("accounts", "User").objects.filter(Q(is_staff=True) | Q(is_superuser=True)).update(**both)
    apps.get_model("accounts", "Invitation").objects.filter(is_staff=True).update(**both)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_access_keys")]

    operations = [
        migrations.AddField(model_name="invitation", name="is_superuser", field=models.BooleanField(default=False)),
        migrations.RunPython(keep_rights, migrations.RunPython.noop),
    ]
