"""Keeps the text of each topic, built once per version for any number of readers."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple

import msgspec
from django.db import Error

from dashboard import clock_note as dashboard_clock_note
from dashboard import topics as dashboard_topics
from dashboard.held.looks import same_look
from dashboard.live.changes import change
from streams.models.progress import read_versions

logger = logging.getLogger(__name__)
RETRY = 5.0  # seconds until topics that could not be built are tried again
MOST_POLLED = 100  # topics; a client that polls never says that it has stopped

Find = Callable[[str], dashboard_topics.Page | None]


class Snapshot(NamedTuple):
    version: int
    built: float  # seconds of the monotonic clock
    data: bytes  # JSON
    text: str  # the whole message
    told: int = 0  # the version in the text; `version` is past it while the data stay the same
    change: str = ""  # the message for a reader of `before`, a shorter one; "" if there is none
    before: str = ""  # the whole message that was the newest until this one


class Snapshots:
    """Keeps the newest snapshot of the topics that are asked for."""

    def __init__(
        self,
        now: Callable[[], datetime],
        find: Find = dashboard_topics.find,
        versions: Callable[[], dict[str, int]] = read_versions,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`now` is told to people alone. `clock`, in seconds, paces: it goes on when the wall clock is put back."""
        self._now = now
        self._clock = clock
        self._began = now().timestamp() - clock()
        self._find = find
        self._versions = versions
        self._held: dict[str, Snapshot] = {}
        self._followed: set[str] = set()  # topics that sockets follow
        self._polled: dict[str, None] = {}  # topics in the order in which they were polled
        self._lock = Lock()
        self._failed: dict[str, float] = {}  # topics that could not be built, and when they are tried again

    def clock_note(self) -> str:
        """Returns a sentence while a clock is off, else ""."""
        return dashboard_clock_note.note(self._now)

    def knows(self, topic: str) -> bool:
        return self._find(topic) is not None

    def permits(self, topic: str, *, staff: bool, user: int = 0) -> bool:
        """Returns whether a user, by id, may see a topic; False for an unknown one."""
        page = self._find(topic)
        if page is None or (page.staff and not staff):
            return False
        return page.permits is None or page.permits(user)

    def is_private(self, topic: str) -> bool:
        """Returns whether a topic is one of very many: of a ticker, a site, or a stream that it names."""
        return "@" in topic or self._is_grouped(topic)

    def refresh(self, topics: Iterable[str]) -> dict[str, Snapshot]:
        """Returns the newest snapshot of each topic, without those of a ticker or site that does not exist.

        A topic that cannot be built keeps the snapshot that it has, and holds up no other topic. Raises KeyError for an
        unknown topic, and the errors of the database.
        """
        with self._lock:
            versions = self._versions()
            self._build_groups(topics, versions)
            for topic in topics:
                if self._find(topic) is None:
                    raise KeyError(topic)
                if not self._is_grouped(topic):
                    self._try([topic], partial(self._refresh_one, topic, versions))
            return {topic: self._held[topic] for topic in topics if topic in self._held}

    def _refresh_one(self, topic: str, versions: dict[str, int]) -> None:
        self._held[topic] = self._current(topic, versions)

    def _try(self, topics: list[str], build: Callable[[], None]) -> None:
        """Builds topics, unless they failed a moment ago. Raises the errors of the database alone."""
        if any(self._clock() < self._failed.get(topic, 0.0) for topic in topics):
            return
        try:
            build()
        except Error:
            raise
        except Exception:
            logger.exception("The topic %s cannot be built; its readers keep the text that they have.", topics[0])
            self._failed = {topic: at for topic, at in self._failed.items() if self._clock() < at}
            for topic in topics:
                self._failed[topic] = self._clock() + RETRY
                self._held.setdefault(topic, _unbuilt(topic))

    def _is_grouped(self, topic: str) -> bool:
        page = self._find(topic)
        return page is not None and page.build_many is not None

    def keep_only(self, topics: Iterable[str]) -> None:
        """Forgets the snapshots of all other topics, but for those that were polled last."""
        with self._lock:
            self._followed = set(topics)
            kept = self._followed.union(self._polled)
            self._held = {topic: held for topic, held in self._held.items() if topic in kept}

    def _build_groups(self, topics: Iterable[str], versions: dict[str, int]) -> None:
        """Builds the private topics that are due, each group of them by the same few queries."""
        groups: dict[str, dict[str, dashboard_topics.Page]] = {}
        for topic in topics:
            page = self._find(topic)
            if page and page.build_many and not self._is_fresh(topic, page, versions):
                groups.setdefault(page.group, {})[topic] = page
        for due in groups.values():
            self._try(list(due), partial(self._build_group, due, versions))

    def _build_group(self, due: dict[str, dashboard_topics.Page], versions: dict[str, int]) -> None:
        [build, *_] = [page.build_many for page in due.values()]
        found = build([page.name for page in due.values()], self._now()) if build else {}
        for topic, page in due.items():
            if page.name in found:
                self._held[topic] = self._packed(topic, page, versions, found[page.name])
            else:
                self._held.pop(topic, None)

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
            found = self._held[topic] = self._current(topic, versions)
            self._note_polled(topic)
            return found if found.version > since else None

    def _note_polled(self, topic: str) -> None:
        """Forgets the topic that was polled the longest ago once there are more than MOST_POLLED."""
        self._polled.pop(topic, None)
        self._polled[topic] = None
        if len(self._polled) > MOST_POLLED:
            oldest = next(iter(self._polled))
            del self._polled[oldest]
            if oldest not in self._followed:
                self._held.pop(oldest, None)

    def take(self, topics: Iterable[str], now: datetime) -> dict[str, dict[str, Any]]:
        """Builds known topics anew, for a page: {topic: {"version", "data"}}.

        Holds nothing, so that a page shows a user's own change at once. The version is read before the data, so that
        it never promises more than the data holds.
        """
        pages = {topic: page for topic in topics if (page := self._find(topic))}
        versions = self._versions()
        with same_look():
            return {
                topic: {"version": self._version(page, versions), "data": page.build(now)}
                for topic, page in pages.items()
            }

    def _current(self, topic: str, versions: dict[str, int]) -> Snapshot:
        page = self._find(topic)
        if page is None:
            raise KeyError(topic)
        if self._is_fresh(topic, page, versions):
            return self._held[topic]
        return self._packed(topic, page, versions, page.build(self._now()))

    def _is_fresh(self, topic: str, page: dashboard_topics.Page, versions: dict[str, int]) -> bool:
        held = self._held.get(topic)
        if held is None:
            return False
        age = self._clock() - held.built
        if held.version == self._version(page, versions) or age < page.every.total_seconds():
            return True
        # A commit that comes meanwhile moves the time on, too: the readers of a page are not told twice.
        return age < page.moves.total_seconds() and held.version == self._version(page, versions, held.built)

    def _packed(
        self, topic: str, page: dashboard_topics.Page, versions: dict[str, int], built: dict[str, Any]
    ) -> Snapshot:
        version, now, held = self._version(page, versions), self._clock(), self._held.get(topic)
        data = msgspec.json.encode(built)
        if held and data == held.data:
            return held._replace(version=version, built=now)  # keeps the same text, so that it is not sent again
        message = {"topic": topic, "version": version, "data": msgspec.Raw(data)}
        packed = Snapshot(version, now, data, msgspec.json.encode(message).decode(), version)
        return _since(held, packed, topic) if held and topic in self._followed else packed

    def _version(self, page: dashboard_topics.Page, versions: dict[str, int], at: float | None = None) -> int:
        """Returns the version of a page as of now, or as of a time of the monotonic clock."""
        if page.version_of is not None:
            return page.version_of(versions, self._began + (self._clock() if at is None else at))
        if page.version_topic is None:
            return int(self._began + self._clock())
        return versions.get(page.version_topic, 0)


def _since(held: Snapshot, packed: Snapshot, topic: str) -> Snapshot:
    """Returns a snapshot with the change since the one before it, if that is shorter than the whole."""
    parts = msgspec.Raw(change(held.data, packed.data))
    message = {"topic": topic, "version": packed.version, "from": held.told, "change": parts}
    text = msgspec.json.encode(message).decode()
    return packed._replace(change=text, before=held.text) if len(text) < len(packed.text) else packed


def _unbuilt(topic: str) -> Snapshot:
    """Returns the snapshot of a topic that could not be built yet."""
    return Snapshot(-1, 0.0, b"{}", msgspec.json.encode({"error": "not built", "topic": topic}).decode())
