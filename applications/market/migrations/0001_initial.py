from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('streams', '0012_tables_of_applications')]

    operations = [
        # The tables are there: streams.0012 gave them their names.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Ticker',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('stream', models.CharField(default='trades', max_length=128)),
                        ('name', models.CharField(max_length=256)),
                        ('folded', models.CharField(db_index=True, max_length=256)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['stream', 'folded'], name='tickers_by_folded_name')],
                        'constraints': [models.UniqueConstraint(fields=('stream', 'name'), name='one_ticker_per_stream_and_name')],
                    },
                ),
                migrations.CreateModel(
                    name='TradeMinute',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('stream', models.CharField(default='trades', max_length=128)),
                        ('minute', models.DateTimeField()),
                        ('ticker', models.CharField(max_length=256)),
                        ('side', models.CharField(max_length=4)),
                        ('trades', models.BigIntegerField()),
                        ('shares', models.BigIntegerField()),
                        ('cents', models.BigIntegerField()),
                        ('low', models.FloatField()),
                        ('high', models.FloatField()),
                        ('first', models.FloatField()),
                        ('last', models.FloatField()),
                        ('largest', models.BigIntegerField()),
                        ('reached', models.CharField(max_length=64)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['stream', 'ticker', 'minute'], name='market_trad_stream_9fcdec_idx')],
                        'constraints': [models.UniqueConstraint(fields=('stream', 'minute', 'ticker', 'side'), name='one_row_per_minute_and_side')],
                    },
                ),
            ]
        ),
    ]
