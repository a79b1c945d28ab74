import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SecurityEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('name', models.CharField(max_length=50)),
                ('address', models.GenericIPAddressField(null=True)),
                ('device', models.CharField(max_length=200)),
                ('session', models.UUIDField(null=True)),
                ('facts', models.JSONField(default=dict)),
                ('notice', models.BooleanField(default=False)),
                ('seen_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='security_events', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddIndex(
            model_name='securityevent',
            index=models.Index(fields=['user', '-id'], name='accounts_event_history'),
        ),
        migrations.AddIndex(
            model_name='securityevent',
            index=models.Index(fields=['user', 'name', '-id'], name='accounts_event_of_a_name'),
        ),
    ]
