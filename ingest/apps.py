"""Registers the sources of the doors in."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "ingest"

    def ready(self) -> None:
        from ingest.files import source  # noqa: PLC0415 - models may be imported only now
        from streams import applications  # noqa: PLC0415

        applications.register_source(source.SOURCE)
