"""Access keys for Kinesis clients; tokens and keys may be limited to named streams."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_failed_sign_ins")]

    operations = [
        migrations.AddField(model_name="apitoken", name="streams", field=models.JSONField(default=list)),
        migrations.CreateModel(
            name="AccessKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=60)),
                ("scopes", models.JSONField()),
                ("streams", models.JSONField(default=list)),
                ("made", models.DateTimeField()),
                ("expires", models.DateTimeField()),
                ("revoked", models.DateTimeField(null=True)),
                ("used", models.DateTimeField(null=True)),
                ("addresses", models.JSONField(default=list)),
                ("access_key_id", models.CharField(max_length=20, unique=True)),
                ("sealed", models.TextField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="access_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
