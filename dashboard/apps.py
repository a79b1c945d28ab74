"""The dashboard as a Django application."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "dashboard"

    def ready(self) -> None:
        from accounts.sessions.others import register  # noqa: PLC0415 - models are loaded only now
        from dashboard.boards.links import DOORS  # noqa: PLC0415 - as above

        register(DOORS)
