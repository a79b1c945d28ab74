"""Writes results into the table, inside the transaction of the worker's commit."""

from streams.core.clock import to_datetime
from streams.models.upsert import upsert
from streams.windows.processor import Row
from tests.example_application.models import DeviceMinute
from tests.example_application.processor import Mean


def write(stream: str, rows: list[Row[Mean]]) -> None:
    kept = [
        DeviceMinute(stream=stream, minute=to_datetime(start), device=device, readings=mean.readings, total=mean.total)
        for start, (device,), mean in rows
    ]
    upsert(kept, key=["stream", "minute", "device"])
