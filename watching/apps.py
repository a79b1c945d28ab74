"""Connects what is watched to signals."""

from django.apps import AppConfig
from django.core.signals import got_request_exception


class WatchingConfig(AppConfig):
    name = "watching"
    verbose_name = "Watching Millrace"

    def ready(self) -> None:
        from streams.engine import signals  # noqa: PLC0415 - models are loaded only now
        from watching import counting, middleware, starting  # noqa: PLC0415 - as above

        got_request_exception.connect(middleware.note_what_broke, dispatch_uid="watching.note_what_broke")
        signals.began.connect(lambda **_: starting.begin(), weak=False, dispatch_uid="watching.began")
        signals.put.connect(counting.put, dispatch_uid="watching.put")
        signals.committed.connect(counting.committed, dispatch_uid="watching.committed")
