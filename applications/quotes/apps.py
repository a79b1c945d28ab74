"""Registers the application."""

from django.apps import AppConfig


class QuotesConfig(AppConfig):
    name = "applications.quotes"

    def ready(self) -> None:
        from applications.quotes import finding as own  # noqa: PLC0415 - models are loaded only now
        from applications.quotes import offering  # noqa: PLC0415 - as above
        from applications.quotes.application import APPLICATION  # noqa: PLC0415 - as above
        from archive.questions import tables  # noqa: PLC0415 - as above
        from common import finding  # noqa: PLC0415 - as above
        from dashboard import related  # noqa: PLC0415 - as above
        from streams.applications import register  # noqa: PLC0415 - as above

        register(APPLICATION)
        finding.register("quotes", own.find)
        tables.provide(offering.PROVIDER)
        related.register("ticker", "quotes", own.page_of)
