"""The dashboard as a Django application."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "dashboard"

    def ready(self) -> None:
        from accounts.sessions.others import register  # noqa: PLC0415 - models are loaded only now
        from common import finding, marking  # noqa: PLC0415 - as above
        from dashboard import finding as own  # noqa: PLC0415 - as above
        from dashboard import marking as own_marking  # noqa: PLC0415 - as above
        from dashboard.boards import finding as boards  # noqa: PLC0415 - as above
        from dashboard.boards.links import DOORS  # noqa: PLC0415 - as above

        register(DOORS)
        finding.register("pages", own.find_pages)
        finding.register("boards", boards.find)
        finding.register("streams", own.find_streams)
        marking.register("shards", own_marking.resharded, own_marking.asks_resharded, staff=True)
        marking.register("outages", own_marking.outages, own_marking.asks_outages)
