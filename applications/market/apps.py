"""Registers the application."""

from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "applications.market"

    def ready(self) -> None:
        from applications.market.application import APPLICATION  # noqa: PLC0415 - models are loaded only now
        from streams.applications import register  # noqa: PLC0415 - as above

        register(APPLICATION)
