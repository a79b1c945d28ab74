"""Registers the application."""

from django.apps import AppConfig


class ProbesConfig(AppConfig):
    name = "applications.probes"

    def ready(self) -> None:
        from applications.probes import finding as own  # noqa: PLC0415 - models are loaded only now
        from applications.probes import marking as own_marking  # noqa: PLC0415 - as above
        from applications.probes.application import APPLICATION  # noqa: PLC0415 - as above
        from common import finding, marking  # noqa: PLC0415 - as above
        from streams.applications import register  # noqa: PLC0415 - as above

        register(APPLICATION)
        finding.register("probes", own.find)
        marking.register("probes", own_marking.marks, own_marking.asks)
