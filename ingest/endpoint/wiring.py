"""Builds the endpoint from the settings."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import close_old_connections

from accounts import access_keys
from accounts.access_keys import Found
from ingest.endpoint.place import Place
from ingest.endpoint.running import Parts, Running
from streams.backends.embedded.url import parse_embedded
from streams.engine import signals

DOOR = "kinesis"


def build(place: Place, told: Callable[[], object]) -> Running:
    """Returns the endpoint at this place; `told` is called when it listens. Raises StreamError."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    parts = Parts(parse_embedded(settings.STREAM_URL), find, secrets, Counting(), unpacks=settings.ENDPOINT_UNPACK)
    return Running(parts, place, told)


def find(key_id: str, now: datetime) -> Found | None:
    """Returns the access key of this id, and writes down its use."""
    close_old_connections()  # this thread lives longer than a database may keep its connection
    found = access_keys.find(key_id, now)
    if found is not None and found.state == "active":
        access_keys.note_use(found.row, None, now)
    return found


class Counting:
    """Tells monitoring by signals."""

    def put(self, stream: str, records: int, refused: int) -> None:
        signals.put.send(Counting, stream=stream, records=records)
        if refused:
            signals.refused.send(Counting, door=DOOR, reason="throttled", records=refused)

    def answered(self, operation: str, outcome: str) -> None:
        signals.answered.send(Counting, operation=operation, outcome=outcome)
