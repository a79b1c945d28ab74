"""Registers the application."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "applications.orders"

    def ready(self) -> None:
        from applications.orders.application import APPLICATION  # noqa: PLC0415 - models are loaded only now
        from streams.applications import register  # noqa: PLC0415 - as above

        register(APPLICATION)
