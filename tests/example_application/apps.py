"""Registers the application."""

from django.apps import AppConfig


class ReadingsConfig(AppConfig):
    name = "tests.example_application"
    label = "readings"

    def ready(self) -> None:
        from streams.applications import register  # noqa: PLC0415 - needs models
        from tests.example_application.application import APPLICATION  # noqa: PLC0415 - needs models

        register(APPLICATION)
