"""Registers the sources of the doors in."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "ingest"

    def ready(self) -> None:
        from ingest.files import kind as files  # noqa: PLC0415 - models are loaded only now
        from ingest.tails import source as tails  # noqa: PLC0415 - as above
        from streams.applications import register_source  # noqa: PLC0415 - as above

        register_source(files.SOURCE)
        register_source(tails.KIND)
