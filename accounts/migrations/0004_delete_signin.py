from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_sign_ins_are_events")]
    operations = [migrations.DeleteModel(name="SignIn")]
