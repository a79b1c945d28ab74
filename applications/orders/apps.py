"""Registers the application."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "applications.orders"

    def ready(self) -> None:
        from applications.orders import finding as own  # noqa: PLC0415 - models are loaded only now
        from applications.orders import marking as own_marking  # noqa: PLC0415 - as above
        from applications.orders.application import APPLICATION  # noqa: PLC0415 - as above
        from common import finding, marking  # noqa: PLC0415 - as above
        from streams.applications import register  # noqa: PLC0415 - as above

        register(APPLICATION)
        finding.register("orders", own.find)
        marking.register("orders", own_marking.marks, own_marking.asks)
