"""Registers the application."""

from django.apps import AppConfig


class QuotesConfig(AppConfig):
    name = "applications.quotes"

    def ready(self) -> None:
        from applications.quotes.application import APPLICATION  # noqa: PLC0415 - models are loaded only now
        from streams.applications import register  # noqa: PLC0415 - as above

        register(APPLICATION)
