"""Registers the applications that are written in SQL."""

from django.apps import AppConfig

from common import finding, marking
from common.later import later


class SqlConfig(AppConfig):
    name = "sql"
    label = "sql"

    def ready(self) -> None:
        from accounts import rights  # noqa: PLC0415 - models are loaded only now
        from sql.live import row_views  # noqa: PLC0415 - as above
        from sql.live.editing import access  # noqa: PLC0415 - as above
        from sql.live.provider import PROVIDER  # noqa: PLC0415 - as above
        from streams.applications import provide  # noqa: PLC0415 - as above

        provide(PROVIDER)
        finding.register("sql", later("sql.live.finding:find"))
        marking.register("sql", later("sql.live.marking:marks"), later("sql.live.marking:asks"))
        row_views.connect()
        rights.offer("sql", access.PERMISSION, "write SQL applications", "They read the records of every stream.")
