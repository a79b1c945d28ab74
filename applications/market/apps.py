"""Registers the application."""

from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "applications.market"

    def ready(self) -> None:
        from applications.market import finding as own  # noqa: PLC0415 - models are loaded only now
        from applications.market.application import APPLICATION  # noqa: PLC0415 - as above
        from common import finding  # noqa: PLC0415 - as above
        from dashboard import related  # noqa: PLC0415 - as above
        from streams.applications import register  # noqa: PLC0415 - as above

        register(APPLICATION)
        finding.register("market", own.find)
        related.register("ticker", "market", own.page_of)
