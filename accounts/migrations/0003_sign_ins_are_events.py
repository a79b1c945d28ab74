from django.db import migrations


def keep(apps, schema_editor):
    """Every sign-in of before, in its order. In a migration of its own: PostgreSQL alters no table with rows pending."""
    SignIn, SecurityEvent = (apps.get_model("accounts", name) for name in ("SignIn", "SecurityEvent"))
    rows = SignIn.objects.order_by("pk").values_list("user_id", "at", "address", "device").iterator(chunk_size=1000)
    events = [
        SecurityEvent(name="sign-in.succeeded", user_id=user, at=at, address=address, device=device)
        for user, at, address, device in rows
    ]
    SecurityEvent.objects.bulk_create(events, batch_size=1000)


def give_back(apps, schema_editor):
    SignIn, SecurityEvent = (apps.get_model("accounts", name) for name in ("SignIn", "SecurityEvent"))
    rows = SecurityEvent.objects.filter(name="sign-in.succeeded").order_by("pk")
    sign_ins = [SignIn(user_id=row.user_id, at=row.at, address=row.address, device=row.device) for row in rows]
    SignIn.objects.bulk_create(sign_ins, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_security_events")]
    operations = [migrations.RunPython(keep, give_back)]
