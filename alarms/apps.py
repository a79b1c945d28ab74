"""Alarms as a Django application."""

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "alarms"

    def ready(self) -> None:
        from alarms.following import AlarmFollower  # noqa: PLC0415 - models are loaded only now
        from alarms.upkeep import UPKEEP  # noqa: PLC0415 - as above
        from streams import applications  # noqa: PLC0415 - as above

        applications.follow(AlarmFollower)
        applications.provide(UPKEEP)
