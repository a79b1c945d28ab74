"""Registers the applications that are written in SQL."""

from django.apps import AppConfig


class SqlConfig(AppConfig):
    name = "sql"
    label = "sql"

    def ready(self) -> None:
        from accounts import rights  # noqa: PLC0415 - models are loaded only now
        from common import finding, marking  # noqa: PLC0415 - as above
        from sql.live import finding as own  # noqa: PLC0415 - as above
        from sql.live import marking as own_marking  # noqa: PLC0415 - as above
        from sql.live import row_views  # noqa: PLC0415 - as above
        from sql.live.editing import access  # noqa: PLC0415 - as above
        from sql.live.provider import PROVIDER  # noqa: PLC0415 - as above
        from streams.applications import provide  # noqa: PLC0415 - as above

        provide(PROVIDER)
        finding.register("sql", own.find)
        marking.register("sql", own_marking.marks, own_marking.asks)
        row_views.connect()
        rights.offer("sql", access.PERMISSION, "write SQL applications", "They read the records of every stream.")
