"""Registers the source `fleet`; SQL computes on its stream (examples/wild-rydes)."""

from django.apps import AppConfig


class FleetConfig(AppConfig):
    name = "applications.fleet"

    def ready(self) -> None:
        from applications.fleet.source import SOURCE  # noqa: PLC0415 - as the other applications do
        from streams.applications import register_source  # noqa: PLC0415 - as above

        register_source(SOURCE)
