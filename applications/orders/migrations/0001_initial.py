import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('streams', '0012_tables_of_applications')]

    operations = [
        # The tables are there: streams.0012 gave them their names.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Site',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=256, unique=True)),
                        ('threshold', models.PositiveIntegerField(db_index=True, default=30, validators=[django.core.validators.MinValueValidator(1)])),
                    ],
                ),
                migrations.CreateModel(
                    name='AlarmEpisode',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('stream', models.CharField(default='orders', max_length=128)),
                        ('site', models.CharField(max_length=256)),
                        ('started', models.DateTimeField()),
                        ('sequence', models.CharField(max_length=64)),
                        ('ended', models.DateTimeField(null=True)),
                        ('threshold', models.PositiveIntegerField()),
                        ('peak', models.BigIntegerField()),
                        ('lines', models.BigIntegerField()),
                        ('notifications', models.BigIntegerField()),
                        ('suppressed', models.BigIntegerField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['stream', '-started'], name='orders_alar_stream_749cbc_idx'), models.Index(fields=['ended'], name='orders_alar_ended_003ab6_idx')],
                        'constraints': [models.UniqueConstraint(fields=('stream', 'site', 'sequence'), name='one_episode_per_site_and_first_line')],
                    },
                ),
                migrations.CreateModel(
                    name='Notification',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('stream', models.CharField(default='orders', max_length=128)),
                        ('site', models.CharField(max_length=256)),
                        ('at', models.DateTimeField()),
                        ('sequence', models.CharField(max_length=64)),
                        ('lines', models.BigIntegerField()),
                        ('threshold', models.PositiveIntegerField()),
                        ('suppressed_before', models.BigIntegerField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['-at'], name='orders_noti_at_560415_idx')],
                        'constraints': [models.UniqueConstraint(fields=('stream', 'site', 'sequence'), name='one_notification_per_site_and_line')],
                    },
                ),
                migrations.CreateModel(
                    name='SiteCount',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('stream', models.CharField(default='orders', max_length=128)),
                        ('site', models.CharField(max_length=256)),
                        ('lines', models.BigIntegerField()),
                        ('as_of', models.DateTimeField()),
                        ('newest', models.DateTimeField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['site'], name='orders_site_site_327c71_idx')],
                        'constraints': [models.UniqueConstraint(fields=('stream', 'site'), name='one_count_per_stream_and_site')],
                    },
                ),
                migrations.CreateModel(
                    name='SiteSecond',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('stream', models.CharField(default='orders', max_length=128)),
                        ('site', models.CharField(max_length=256)),
                        ('second', models.DateTimeField()),
                        ('lines', models.BigIntegerField()),
                        ('peak', models.BigIntegerField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('stream', 'site', 'second'), name='one_row_per_site_second')],
                    },
                ),
                migrations.CreateModel(
                    name='ThresholdChange',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('site', models.CharField(max_length=256)),
                        ('at', models.DateTimeField()),
                        ('before', models.PositiveIntegerField()),
                        ('after', models.PositiveIntegerField()),
                        ('who', models.CharField(max_length=150)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['site', 'at'], name='orders_thre_site_addae2_idx')],
                    },
                ),
            ]
        ),
    ]
