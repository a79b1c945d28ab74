"""What an application has found, as rows for people and scripts."""

from datetime import datetime

from streams.core import clock


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else clock.to_iso(clock.from_datetime(moment))
