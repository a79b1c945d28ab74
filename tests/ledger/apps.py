"""Puts the bookkeeping in the place of the parts that it watches."""

from unittest.mock import patch

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "tests.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from streams import wiring  # noqa: PLC0415 - models are there only now
        from streams.management.commands import produce  # noqa: PLC0415 - as above
        from tests.ledger import acks, steps  # noqa: PLC0415 - as above

        trades = wiring.APPLICATIONS["trades"]
        wiring.APPLICATIONS["trades"] = trades._replace(build=steps.NotingProcessor, write=steps.write)
        patch.object(wiring, "Leases", steps.NotingLeases).start()
        patch.multiple(produce, open_source=acks.open_source, open_stream=acks.open_stream).start()
