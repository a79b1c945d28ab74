"""Hands the tables of trades and orders over to the applications: they get their names, and keep their rows."""

from django.db import migrations

TABLES = {
    "TradeMinute": "market_trademinute",
    "Ticker": "market_ticker",
    "Site": "orders_site",
    "ThresholdChange": "orders_thresholdchange",
    "SiteCount": "orders_sitecount",
    "SiteSecond": "orders_sitesecond",
    "AlarmEpisode": "orders_alarmepisode",
    "Notification": "orders_notification",
}


class Migration(migrations.Migration):
    dependencies = [("streams", "0011_state_segments")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable(model, table) for model, table in TABLES.items()],
            state_operations=[migrations.DeleteModel(model) for model in TABLES],
        ),
    ]
