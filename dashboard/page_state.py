"""The pages: complete as HTML, with the snapshots they show embedded so that scripts can keep them current."""

from datetime import datetime
from typing import Any

from dashboard import topics as dashboard_topics
from dashboard.choosing import Chosen
from dashboard.standing import judge
from streams.core import clock
from streams.models.progress import version as topic_version


def take_snapshots(topics: list[str], now: datetime) -> dict[str, Any]:
    """{topic: {"version", "data"}}. The version is read first, so that it never promises more than the data holds."""
    found = {topic: page for topic in topics if (page := dashboard_topics.find(topic))}
    return {topic: {"version": _version(page, now), "data": page.build(now)} for topic, page in found.items()}


def _version(page: dashboard_topics.Page, now: datetime) -> int:
    return topic_version(page.version_topic) if page.version_topic else int(now.timestamp())


def signals(data: dict[str, Any], on: Chosen, snapshots: dict[str, Any], *, shown: bool) -> dict[str, Any]:
    """Returns how the stream stands; `age` of the newest record in seconds, or None where it is not known.

    `data` is the page's snapshot, and `snapshots` hold the one of the topic `pulse`. `shown` says that the page has
    results to show, so that it is not empty even where no lease tells of a record. `clock_note` is a sentence while a
    clock is off, else "".
    """
    now = clock.from_iso(data["now"])
    newest, watermark = (data[name] and clock.from_iso(data[name]) for name in ("newest", "watermark"))
    pulse = snapshots[dashboard_topics.PULSE]["data"]
    alive = pulse["workers"].get(on.application, {}).get(on.stream, 0)
    drained = on.stream in pulse["drained"].get(on.application, [])
    standing = judge(newest, watermark, alive, now, drained=drained)
    return {
        "standing": standing,
        "age": None if standing.age is None else standing.age / 1000,
        "clock_note": pulse["clock_note"],
        "empty": newest is None and not shown,
    }
