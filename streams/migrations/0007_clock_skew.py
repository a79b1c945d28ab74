from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("streams", "0003_audit")]

    operations = [
        migrations.AddField(model_name="member", name="skew", field=models.BigIntegerField(null=True)),
    ]
