from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dashboard', '0001_boards'),
    ]

    operations = [
        migrations.CreateModel(
            name='RowStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dataset', models.CharField(max_length=200)),
                ('stream', models.CharField(max_length=128)),
                ('step', models.PositiveIntegerField()),
                ('start', models.BigIntegerField()),
                ('of', models.CharField(max_length=128)),
                ('complete', models.BooleanField(default=True)),
                ('rows', models.BigIntegerField(null=True)),
                ('data', models.TextField()),
            ],
            options={
                'indexes': [models.Index(fields=['dataset', 'stream', 'step', 'of', 'start'], name='row_steps_by_time'), models.Index(fields=['start'], name='row_steps_by_age')],
            },
        ),
    ]
