"""The dashboard as a Django application."""

from django.apps import AppConfig

from common import finding, marking
from common.later import later


class DashboardConfig(AppConfig):
    name = "dashboard"

    def ready(self) -> None:
        from accounts.sessions.others import register  # noqa: PLC0415 - models are loaded only now
        from dashboard.boards.links import DOORS  # noqa: PLC0415 - as above

        register(DOORS)
        finding.register("pages", later("dashboard.finding:find_pages"))
        finding.register("boards", later("dashboard.boards.finding:find"))
        finding.register("streams", later("dashboard.finding:find_streams"))
        marking.register(
            "shards", later("dashboard.marking:resharded"), later("dashboard.marking:asks_resharded"), staff=True
        )
        marking.register("outages", later("dashboard.marking:outages"), later("dashboard.marking:asks_outages"))
