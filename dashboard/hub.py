"""The live hub: one per process, between the database and every socket.

It watches the topics' versions with one cheap query a tick, builds a changed topic's text once, and hands it to all who
want it. Nobody queues: a subscriber that is slow finds only the newest text of each topic when it comes back.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import monotonic, thread_time
from typing import Protocol, TypeVar

import msgspec
from django.db import Error, connections, reset_queries

from accounts.sessions import Standing
from dashboard.guard import FORBIDDEN, SessionGuard
from dashboard.snapshots import Snapshot

TICK = 0.05  # seconds between looks
# Times as long as a look computed, at least, until the next: the hub never takes more than a quarter of a core.
SHARE = 3
BEAT = 2.0  # seconds between beats

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Source(Protocol):
    """Where texts come from: dashboard.snapshots.Snapshots. Called in the hub's own thread."""

    def knows(self, topic: str) -> bool: ...
    def refresh(self, topics: Collection[str]) -> dict[str, Snapshot]: ...


class Subscriber:
    """A socket, as the hub sees it."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self.topics: frozenset[str] = frozenset()
        self.closed: int | None = None  # a close code, once it must go
        self._waiting: dict[str, str] = {}
        self._sent: dict[str, str] = {}
        self._ready = asyncio.Event()

    def subscribe(self, topics: Collection[str]) -> None:
        self.topics = frozenset(topics)
        self._sent = {}

    def offer(self, topic: str, text: str) -> None:
        """Replaces what waits for the same topic; the same text again is nothing new."""
        if self._sent.get(topic) != text:
            self._sent[topic] = self._waiting[topic] = text
            self._ready.set()

    def close(self, code: int) -> None:
        """With the first code that it is given; nothing more is sent."""
        self.closed = self.closed or code
        self._ready.set()

    async def next(self) -> list[str]:
        """The texts that wait, once there are any; empty when the socket must close."""
        await self._ready.wait()
        self._ready.clear()
        texts, self._waiting = list(self._waiting.values()), {}
        return [] if self.closed else texts


class Hub:
    def __init__(
        self,
        source: Source,
        guard: SessionGuard,
        now: Callable[[], datetime],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`guard` ends subscribers; `now` is the time that browsers are told; `clock`, in seconds, paces the hub."""
        self._source = source
        self._guard = guard
        self._now = now
        self._clock = clock
        self._subscribers: set[Subscriber] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hub")
        self._task: asyncio.Task[None] | None = None
        self._next_beat = 0.0
        self._computed = 0.0  # seconds, in the look at hand

    def join(self, subscriber: Subscriber) -> None:
        """The hub looks at nothing while nobody listens."""
        self._subscribers.add(subscriber)
        self._guard.watch(subscriber)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def sockets(self) -> int:
        return len(self._subscribers)

    def leave(self, subscriber: Subscriber) -> None:
        self._subscribers.discard(subscriber)
        self._guard.release(subscriber)

    def subscribe(self, subscriber: Subscriber, topics: Collection[str]) -> None:
        """From now on these and no others; unknown ones are said to be, and one that is not theirs to see ends it."""
        known = {topic for topic in topics if self._source.knows(topic)}
        if not all(self._guard.permits(topic, subscriber.standing) for topic in known):
            subscriber.close(FORBIDDEN)
            return
        subscriber.subscribe(known)
        for topic in set(topics) - known:
            subscriber.offer(topic, _json({"error": "unknown topic", "topic": topic}))

    async def look(self) -> None:
        """One tick: hands out what is new, and now and then a beat."""
        topics = frozenset().union(*(subscriber.topics for subscriber in self._subscribers))
        snapshots = await self._in_thread(lambda: self._source.refresh(topics)) if topics else {}
        for subscriber in self._subscribers:
            for topic in subscriber.topics & snapshots.keys():
                subscriber.offer(topic, snapshots[topic].text)
        if self._clock() >= self._next_beat:
            self._next_beat = self._clock() + BEAT
            now = self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
            for subscriber in self._subscribers:
                subscriber.offer("", _json({"beat": now}))

    async def _run(self) -> None:
        while self._subscribers:
            self._computed = 0.0
            try:
                await self.look()
            except Error:
                logger.exception("The live hub could not read the database; it will try again.")
                await asyncio.sleep(1)
            await asyncio.sleep(max(TICK, SHARE * self._computed))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """In a thread of the hub's own, so that no slow view holds it up."""

        def clean() -> T:
            # Not what it waited for a processor, which would make a busy machine's pages slower still.
            began = thread_time()
            for connection in connections.all(initialized_only=True):
                connection.close_at = None  # this thread stays, so it keeps its connection while that works
                connection.close_if_unusable_or_obsolete()
            reset_queries()  # kept with DEBUG on
            try:
                return work()
            finally:
                self._computed += thread_time() - began

        return await asyncio.get_running_loop().run_in_executor(self._thread, clean)


def _json(message: dict[str, str]) -> str:
    return msgspec.json.encode(message).decode()
