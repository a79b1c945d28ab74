"""Registers the application."""

from django.apps import AppConfig

from common import finding, marking
from common.later import later


class ProbesConfig(AppConfig):
    name = "applications.probes"

    def ready(self) -> None:
        from applications.probes.application import APPLICATION  # noqa: PLC0415 - models are loaded only now
        from streams.applications import register  # noqa: PLC0415 - as above

        register(APPLICATION)
        finding.register("probes", later("applications.probes.finding:find"))
        marking.register(
            "probes", later("applications.probes.marking:marks"), later("applications.probes.marking:asks")
        )
