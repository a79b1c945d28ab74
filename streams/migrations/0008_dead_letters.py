from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('streams', '0007_clock_skew'),
    ]

    operations = [
        migrations.AddField(
            model_name='deadletter',
            name='key_bytes',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='deadletter',
            name='whole_size',
            field=models.BigIntegerField(null=True),
        ),
    ]
