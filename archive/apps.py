"""Registers the application `archive`, which reads any stream, and the tables of questions."""

from django.apps import AppConfig

from common import finding
from common.later import later


class ArchiveConfig(AppConfig):
    name = "archive"

    def ready(self) -> None:
        from accounts import rights  # noqa: PLC0415 - models are loaded only now
        from archive.access import PERMISSION  # noqa: PLC0415 - as above
        from archive.provider import PROVIDER  # noqa: PLC0415 - as above
        from archive.questions import offered, streams, tables  # noqa: PLC0415 - as above
        from archive.tables import offering  # noqa: PLC0415 - as above
        from streams.applications import provide  # noqa: PLC0415 - as above

        provide(PROVIDER)
        finding.register("archive", later("archive.finding:find"))
        rights.offer(
            "ask", PERMISSION, "ask questions in SQL", "They read all archived records, uploaded files and results."
        )
        tables.provide(streams.PROVIDER)
        tables.provide(offering.PROVIDER)
        tables.provide(offered.PROVIDER)
