"""Registers the application."""

from django.apps import AppConfig

from common import finding
from common.later import later
from dashboard import related


class MarketConfig(AppConfig):
    name = "applications.market"

    def ready(self) -> None:
        from applications.market.application import APPLICATION  # noqa: PLC0415 - models are loaded only now
        from streams.applications import register  # noqa: PLC0415 - as above

        register(APPLICATION)
        finding.register("market", later("applications.market.finding:find"))
        related.register("ticker", "market", later("applications.market.finding:page_of"))
