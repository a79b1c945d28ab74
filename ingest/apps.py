"""Registers the sources of the doors in."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "ingest"

    def ready(self) -> None:
        from ingest.tails import source as tails  # noqa: PLC0415 - models are loaded only now
        from streams.applications import register_source  # noqa: PLC0415

        register_source(tails.KIND)
