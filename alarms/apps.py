"""Alarms as a Django application: the follower of commits, pages, a topic, its place in the search and on time axes."""

from datetime import timedelta

from django.apps import AppConfig

from common import finding, marking
from common.later import later


class AlarmsConfig(AppConfig):
    name = "alarms"

    def ready(self) -> None:
        from accounts import rotation  # noqa: PLC0415 - models are loaded only now
        from alarms.following import AlarmFollower  # noqa: PLC0415 - as above
        from alarms.models import Target  # noqa: PLC0415 - as above
        from alarms.provider import PROVIDER  # noqa: PLC0415 - as above
        from dashboard import site_topics  # noqa: PLC0415 - as above
        from streams import applications  # noqa: PLC0415 - as above

        applications.follow(AlarmFollower)
        applications.provide(PROVIDER)
        rotation.REGISTRY.append(rotation.Encrypted("configurations of targets", Target.objects.all, "config"))
        site_topics.add("alarms", site_topics.Page(None, later("alarms.showing:snapshot"), every=timedelta(seconds=1)))
        finding.register("alarms", later("alarms.finding:find"))
        marking.register("alarms", later("alarms.marking:marks"), later("alarms.marking:asks"))
