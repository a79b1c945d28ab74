from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('streams', '0006_names')]

    operations = [
        migrations.AddField(model_name="member", name="skew", field=models.BigIntegerField(null=True)),
    ]
