"""Puts the bookkeeping in the place of the parts that it watches."""

from unittest.mock import patch

from django.apps import AppConfig


class AuditAppConfig(AppConfig):
    name = "tests.audit_app"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from streams import applications, wiring  # noqa: PLC0415 - models are there only now
        from streams.management.commands import produce  # noqa: PLC0415 - models are loaded only now
        from tests.audit_app import acks, steps  # noqa: PLC0415 - as above
        from tests.audit_app.application import APPLICATION  # noqa: PLC0415 - as above

        applications.register(APPLICATION)
        patch.object(wiring, "CommitStore", steps.NotingStore).start()
        patch.object(produce, "open_stream", acks.open_stream).start()
