"""Registers the applications that are written in SQL."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from common import finding, marking
from common.later import later


class SqlConfig(AppConfig):
    name = "sql"
    label = "sql"

    def ready(self) -> None:
        from accounts import rights  # noqa: PLC0415 - models are loaded only now
        from sql.live.editing import access  # noqa: PLC0415 - as above
        from sql.live.provider import PROVIDER  # noqa: PLC0415 - as above
        from streams.applications import provide  # noqa: PLC0415 - as above

        provide(PROVIDER)
        finding.register("sql", later("sql.live.finding:find"))
        marking.register("sql", later("sql.live.marking:marks"), later("sql.live.marking:asks"))
        pre_migrate.connect(later("sql.live.row_views:before"), weak=False, dispatch_uid="sql views")
        post_migrate.connect(later("sql.live.row_views:after"), weak=False, dispatch_uid="sql views")
        rights.offer("sql", access.PERMISSION, "write SQL applications", "They read the records of every stream.")
