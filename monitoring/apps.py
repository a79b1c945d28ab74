"""Connects receivers to Django's signals."""

from django.apps import AppConfig
from django.core.signals import got_request_exception


class MonitoringConfig(AppConfig):
    name = "monitoring"
    label = "watching"  # tables and the record of migrations keep the name under which they were made
    verbose_name = "Monitoring"

    def ready(self) -> None:
        from monitoring import counters, middleware, startup  # noqa: PLC0415 - models are loaded only now
        from streams.engine import signals  # noqa: PLC0415 - as above

        got_request_exception.connect(middleware.note_what_broke, dispatch_uid="monitoring.note_what_broke")
        signals.began.connect(lambda **_: startup.begin(), weak=False, dispatch_uid="monitoring.began")
        signals.put.connect(counters.put, dispatch_uid="monitoring.put")
        signals.refused.connect(counters.refused, dispatch_uid="monitoring.refused")
        signals.answered.connect(counters.answered, dispatch_uid="monitoring.answered")
        signals.committed.connect(counters.committed, dispatch_uid="monitoring.committed")
