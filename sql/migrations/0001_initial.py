"""Creates the tables of SQL applications."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='SqlApplication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64, unique=True)),
                ('stream', models.CharField(max_length=128)),
                ('parallel', models.BooleanField(default=False)),
                ('active', models.PositiveIntegerField(default=0)),
                ('created', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='SqlBlob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('part', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('digest', 'part'), name='one_sql_blob_per_part')],
            },
        ),
        migrations.CreateModel(
            name='SqlOutput',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=128)),
                ('columns', models.JSONField(default=list)),
                ('stored', models.BooleanField(default=True)),
                ('current', models.BooleanField(default=True)),
                ('view', models.CharField(max_length=63, null=True, unique=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outputs', to='sql.sqlapplication')),
            ],
        ),
        migrations.CreateModel(
            name='SqlRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stream', models.CharField(max_length=128)),
                ('rowtime', models.DateTimeField()),
                ('ordinal', models.BigIntegerField()),
                ('data', models.TextField()),
                ('output', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='sql.sqloutput')),
            ],
        ),
        migrations.CreateModel(
            name='SqlSwitch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stream', models.CharField(max_length=128)),
                ('shard', models.CharField(max_length=64)),
                ('before', models.PositiveIntegerField()),
                ('version', models.PositiveIntegerField()),
                ('sequence', models.CharField(blank=True, max_length=64)),
                ('arrived', models.DateTimeField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='switches', to='sql.sqlapplication')),
            ],
        ),
        migrations.CreateModel(
            name='SqlTail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stream', models.CharField(max_length=128)),
                ('shard', models.CharField(max_length=64)),
                ('count', models.BigIntegerField(default=0)),
                ('rowtime', models.DateTimeField()),
                ('newest', models.TextField()),
                ('minutes', models.TextField()),
                ('output', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tails', to='sql.sqloutput')),
            ],
        ),
        migrations.CreateModel(
            name='SqlVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('files', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('author', models.CharField(max_length=150)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='sql.sqlapplication')),
            ],
        ),
        migrations.CreateModel(
            name='SqlDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.CharField(max_length=128)),
                ('owner', models.CharField(max_length=64)),
                ('expires', models.DateTimeField()),
                ('delivered', models.BigIntegerField(default=0)),
                ('trouble', models.CharField(blank=True, max_length=500)),
                ('application', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='sql.sqlapplication')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('application', 'to'), name='one_sql_delivery_per_stream')],
            },
        ),
        migrations.CreateModel(
            name='SqlFault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stream', models.CharField(max_length=128)),
                ('digest', models.CharField(max_length=32)),
                ('pump', models.CharField(max_length=128)),
                ('kind', models.CharField(max_length=16)),
                ('column', models.CharField(max_length=256)),
                ('line', models.PositiveIntegerField()),
                ('expression', models.CharField(max_length=500)),
                ('count', models.BigIntegerField(default=0)),
                ('first', models.DateTimeField()),
                ('last', models.DateTimeField()),
                ('sentence', models.CharField(max_length=500)),
                ('value', models.CharField(max_length=500)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='faults', to='sql.sqlapplication')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('application', 'digest'), name='one_sql_fault_per_reason')],
            },
        ),
        migrations.CreateModel(
            name='SqlOutbox',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.CharField(max_length=128)),
                ('key', models.CharField(max_length=64, unique=True)),
                ('entries', models.BinaryField()),
                ('count', models.PositiveIntegerField()),
                ('application', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='outbox', to='sql.sqlapplication')),
            ],
            options={
                'indexes': [models.Index(fields=['application', 'to', 'id'], name='sql_outbox_by_stream')],
            },
        ),
        migrations.AddConstraint(
            model_name='sqloutput',
            constraint=models.UniqueConstraint(fields=('application', 'name'), name='one_sql_output_per_name'),
        ),
        migrations.AddIndex(
            model_name='sqlrow',
            index=models.Index(fields=['output', 'rowtime'], name='sql_rows_by_time'),
        ),
        migrations.AddConstraint(
            model_name='sqltail',
            constraint=models.UniqueConstraint(fields=('output', 'stream', 'shard'), name='one_sql_tail_per_lease'),
        ),
        migrations.AddConstraint(
            model_name='sqlversion',
            constraint=models.UniqueConstraint(fields=('application', 'number'), name='one_sql_version_per_number'),
        ),
    ]
