"""Registers the application `archive`, which any stream can be read by."""

from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "archive"

    def ready(self) -> None:
        from archive.provider import PROVIDER  # noqa: PLC0415 - models are loaded only now
        from archive.questions import streams, tables  # noqa: PLC0415 - as above
        from archive.tables import offering  # noqa: PLC0415 - as above
        from streams.applications import provide  # noqa: PLC0415 - as above

        provide(PROVIDER)
        tables.provide(streams.PROVIDER)
        tables.provide(offering.PROVIDER)
