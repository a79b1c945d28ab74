"""Alarms as a Django application: the follower of commits, pages, a topic, its place in the search and on time axes."""

from datetime import timedelta

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "alarms"

    def ready(self) -> None:
        from accounts import rotation  # noqa: PLC0415 - as above
        from alarms import finding as own  # noqa: PLC0415 - models are loaded only now
        from alarms import marking as own_marking  # noqa: PLC0415 - as above
        from alarms import showing  # noqa: PLC0415 - as above
        from alarms.following import AlarmFollower  # noqa: PLC0415 - as above
        from alarms.models import Target  # noqa: PLC0415 - as above
        from alarms.provider import PROVIDER  # noqa: PLC0415 - as above
        from common import finding, marking  # noqa: PLC0415 - as above
        from dashboard import topics  # noqa: PLC0415 - as above
        from streams import applications  # noqa: PLC0415 - as above

        applications.follow(AlarmFollower)
        applications.provide(PROVIDER)
        rotation.REGISTRY.append(rotation.Encrypted("configurations of targets", Target.objects.all, "config"))
        topics.add("alarms", topics.Page(None, showing.snapshot, every=timedelta(seconds=1)))
        finding.register("alarms", own.find)
        marking.register("alarms", own_marking.marks, own_marking.asks)
