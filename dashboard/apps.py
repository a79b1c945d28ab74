"""The dashboard as a Django application."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "dashboard"

    def ready(self) -> None:
        from common import finding  # noqa: PLC0415 - as below
        from dashboard import finding as own  # noqa: PLC0415 - models are loaded only now

        finding.register("pages", own.find_pages)
        finding.register("streams", own.find_streams)
