"""The text of each topic, built once per version however many ask for it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from threading import Lock
from typing import NamedTuple

import msgspec

from dashboard import pages
from dashboard.pages import clocks
from streams.models import TopicVersion

MOST_HELD = 100  # by polling, which never says that it has stopped

Find = Callable[[str], pages.Page | None]


class Snapshot(NamedTuple):
    version: int
    built: datetime
    data: bytes  # JSON
    text: str  # the whole message


def read_versions() -> dict[str, int]:
    """Every topic's version; one cheap query."""
    return dict(TopicVersion.objects.values_list("topic", "version"))


class Snapshots:
    """Keeps the newest snapshot of the topics that are asked for."""

    def __init__(
        self,
        now: Callable[[], datetime],
        find: Find = pages.find,
        versions: Callable[[], dict[str, int]] = read_versions,
    ) -> None:
        self._now = now
        self._find = find
        self._versions = versions
        self._held: dict[str, Snapshot] = {}
        self._lock = Lock()

    def clock_note(self) -> str:
        """A sentence where a clock is off, else ""."""
        return clocks.note(self._now())

    def knows(self, topic: str) -> bool:
        return self._find(topic) is not None

    def permits(self, topic: str, *, staff: bool) -> bool:
        """Whether somebody may see a topic. There is nothing to see of an unknown one."""
        page = self._find(topic)
        return page is not None and (staff or not page.staff)

    def refresh(self, topics: Iterable[str]) -> dict[str, Snapshot]:
        """The newest snapshot of each topic; others are forgotten. Raises KeyError for an unknown topic."""
        with self._lock:
            versions = self._versions()
            self._held = {topic: self._current(topic, versions) for topic in topics}
            return dict(self._held)

    def versions(self) -> dict[str, int]:
        """Returns every version topic's version."""
        return self._versions()

    def newer(self, topic: str, since: int, versions: dict[str, int]) -> Snapshot | None:
        """Returns a topic's snapshot if its version in `versions` is past `since`. Raises KeyError for no topic."""
        page = self._find(topic)
        if page is None:
            raise KeyError(topic)
        if self._version(page, versions) <= since:
            return None
        with self._lock:
            if len(self._held) > MOST_HELD:
                self._held.clear()
            self._held[topic] = self._current(topic, versions)
            return self._held[topic]

    def _current(self, topic: str, versions: dict[str, int]) -> Snapshot:
        page = self._find(topic)
        if page is None:
            raise KeyError(topic)
        version = self._version(page, versions)
        held = self._held.get(topic)
        now = self._now()
        if held and (held.version == version or now - held.built < page.every):
            return held
        data = msgspec.json.encode(page.build(now))
        if held and data == held.data:
            return held._replace(version=version, built=now)  # the same text, so that it is not sent again
        message = {"topic": topic, "version": version, "data": msgspec.Raw(data)}
        return Snapshot(version, now, data, msgspec.json.encode(message).decode())

    def _version(self, page: pages.Page, versions: dict[str, int]) -> int:
        if page.version_topic is None:
            return int(self._now().timestamp())
        return versions.get(page.version_topic, 0)
