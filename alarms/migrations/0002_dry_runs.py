from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ANSWER = "Dry run, nothing was called"


def name_dry_runs(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    """Gives dry runs their own state: they were found by their answers, which a receiver could give, too."""
    messages, attempts = apps.get_model("alarms", "Message"), apps.get_model("alarms", "Attempt")
    dry = attempts.objects.filter(good=True, answer__startswith=ANSWER).values("message")
    messages.objects.filter(state="delivered", pk__in=dry).update(state="dry run")


def name_them_delivered(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("alarms", "Message").objects.filter(state="dry run").update(state="delivered")


class Migration(migrations.Migration):
    dependencies = [("alarms", "0001_alarms")]
    operations = [migrations.RunPython(name_dry_runs, name_them_delivered)]
