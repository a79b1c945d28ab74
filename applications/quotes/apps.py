"""Registers the application."""

from django.apps import AppConfig

from common import finding
from common.later import later
from dashboard import related


class QuotesConfig(AppConfig):
    name = "applications.quotes"

    def ready(self) -> None:
        from applications.quotes import offering  # noqa: PLC0415 - models are loaded only now
        from applications.quotes.application import APPLICATION  # noqa: PLC0415 - as above
        from archive.questions import tables  # noqa: PLC0415 - as above
        from streams.applications import register  # noqa: PLC0415 - as above

        register(APPLICATION)
        finding.register("quotes", later("applications.quotes.finding:find"))
        tables.provide(offering.PROVIDER)
        related.register("ticker", "quotes", later("applications.quotes.finding:page_of"))
