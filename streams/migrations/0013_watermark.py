"""Calls the time up to which a shard is applied by its name in the field: the watermark."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("streams", "0012_tables_of_applications")]

    operations = [migrations.RenameField("lease", "clock", "watermark")]
