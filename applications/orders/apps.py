"""Registers the application."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "applications.orders"

    def ready(self) -> None:
        from applications.orders import finding as own  # noqa: PLC0415 - models are loaded only now
        from applications.orders.application import APPLICATION  # noqa: PLC0415 - as above
        from common import finding  # noqa: PLC0415 - as above
        from streams.applications import register  # noqa: PLC0415 - as above

        register(APPLICATION)
        finding.register("orders", own.find)
