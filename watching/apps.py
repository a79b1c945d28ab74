"""Connects what is watched to signals."""

from django.apps import AppConfig
from django.core.signals import got_request_exception


class WatchingConfig(AppConfig):
    name = "watching"
    verbose_name = "Watching Millrace"

    def ready(self) -> None:
        from watching import middleware  # noqa: PLC0415 - models are loaded only now

        got_request_exception.connect(middleware.note_what_broke, dispatch_uid="watching.note_what_broke")
