"""Registers the application."""

from django.apps import AppConfig

from common import finding, marking
from common.later import later


class OrdersConfig(AppConfig):
    name = "applications.orders"

    def ready(self) -> None:
        from applications.orders.application import APPLICATION  # noqa: PLC0415 - models are loaded only now
        from streams.applications import register  # noqa: PLC0415 - as above

        register(APPLICATION)
        finding.register("orders", later("applications.orders.finding:find"))
        marking.register(
            "orders", later("applications.orders.marking:marks"), later("applications.orders.marking:asks")
        )
