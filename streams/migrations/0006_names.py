"""Widens the names of tickers and sites to what a partition key may be, and makes the list of tickers."""

from django.core.validators import MinValueValidator
from django.db import migrations, models

MOST_NAME = 256
ROWS = 1000


def list_tickers(apps, schema_editor):
    """Makes the rows of the tickers that have traded already."""
    Ticker, TradeMinute = (apps.get_model("streams", name) for name in ("Ticker", "TradeMinute"))
    names = TradeMinute.objects.order_by("stream", "ticker").values_list("stream", "ticker").distinct()
    rows = (Ticker(stream=stream, name=name, folded=name.casefold()[:MOST_NAME]) for stream, name in names)
    Ticker.objects.bulk_create(rows, batch_size=ROWS, ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [
        ('streams', '0005_results_per_stream'),
    ]

    operations = [
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
        migrations.AlterField(
            model_name='alarmepisode',
            name='site',
            field=models.CharField(max_length=256),
        ),
        migrations.AlterField(
            model_name='notification',
            name='site',
            field=models.CharField(max_length=256),
        ),
        migrations.AlterField(
            model_name='site',
            name='name',
            field=models.CharField(max_length=256, unique=True),
        ),
        migrations.AlterField(
            model_name='sitecount',
            name='site',
            field=models.CharField(max_length=256),
        ),
        migrations.AlterField(
            model_name='sitesecond',
            name='site',
            field=models.CharField(max_length=256),
        ),
        migrations.AlterField(
            model_name='trademinute',
            name='ticker',
            field=models.CharField(max_length=256),
        ),
        migrations.AlterField(
            model_name='site',
            name='threshold',
            field=models.PositiveIntegerField(db_index=True, default=30, validators=[MinValueValidator(1)]),
        ),
        migrations.RunPython(list_tickers, migrations.RunPython.noop),
    ]
