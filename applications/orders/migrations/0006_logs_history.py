"""Makes the view `logs_history` for tools that expect it: a row for each notification of an alarm.

A later migration that makes orders_notification anew on SQLite must drop the view first and make it again.
"""

from django.db import migrations


def make(apps, schema_editor):
    quote = schema_editor.quote_name
    schema_editor.execute(
        f"CREATE VIEW logs_history AS SELECT {quote('at')} AS alarm_creation_time, {quote('lines')} AS number_of_orders"
        f" FROM {quote('orders_notification')}"
    )


def drop(apps, schema_editor):
    schema_editor.execute("DROP VIEW logs_history")


class Migration(migrations.Migration):
    atomic = False  # MariaDB makes no view within a transaction
    dependencies = [("orders", "0005_order_lines")]
    operations = [migrations.RunPython(make, drop)]
