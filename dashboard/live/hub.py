"""The live hub: one per process, between the database and every socket.

It watches the topics' versions with one cheap query a tick, builds a changed topic's text once, and hands it to all
subscribers. There are no queues: a slow subscriber finds only the newest text of each topic when it reads again.
A subscriber that has taken the last text of a topic gets the change since then; every other one gets the whole.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import monotonic, thread_time
from typing import Protocol, TypeVar

import msgspec
from django.db import Error, connections, reset_queries

from accounts.sessions import SessionInfo
from dashboard.live.gc_policy import Collector
from dashboard.live.session_guard import FORBIDDEN, TOO_MANY, SessionGuard
from dashboard.live.snapshots import Snapshot

TICK = 0.025  # seconds between ticks
# The pause after a tick, as a multiple of its computing time: the hub never takes more than a quarter of a core.
SHARE = 3
BEAT = 2.0  # seconds between beats
# Topics of one ticker or site that a tick builds: clients choose how many exist, and they delay everybody's texts.
PRIVATE_A_LOOK = 50
MOST_REFUSALS = 40  # waiting for a subscriber: the topics of two subscriptions

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Source(Protocol):
    """Returns the texts of topics: dashboard.live.snapshots.Snapshots. Runs in the hub's own thread."""

    def knows(self, topic: str) -> bool: ...
    def is_private(self, topic: str) -> bool: ...
    def refresh(self, topics: Collection[str]) -> dict[str, Snapshot]: ...
    def keep_only(self, topics: Collection[str]) -> None: ...
    def clock_note(self) -> str: ...


class Subscriber:
    """A socket, as the hub sees it."""

    def __init__(
        self, standing: SessionInfo, *, changes: bool = False, write: Callable[[str], bool] | None = None
    ) -> None:
        """`changes` says that it can apply changes.

        `write` sends a text at once, or returns False: waking the task of a socket for each costs as much again.
        """
        self.standing = standing
        self._changes = changes
        self._write = write
        self.topics: frozenset[str] = frozenset()
        self.closed: int | None = None  # a close code, once the socket must close
        self._waiting: dict[str, str] = {}  # by topic; only existing topics, which are few
        self.refusals: list[str] = []
        self._ready = asyncio.Event()
        self._sending = False  # texts that were taken, and that later ones must not overtake

    def offer(self, topic: str, text: str, change: str = "") -> None:
        """Replaces the text that waits for the same topic.

        `change` leads from the text that was offered before to this one, if that is shorter. It takes the place of
        `text` only once that former text, or the change to it, has been taken.
        """
        told = change if change and self._changes and topic not in self._waiting else text
        is_free = not (self._sending or self._waiting or self.refusals or self.closed)
        if is_free and self._write and self._write(told):
            return
        self._waiting[topic] = told
        self._ready.set()

    def refuse(self, texts: list[str]) -> None:
        """Replaces the answers to the last subscription: the client chooses its topics, so answers must not add up."""
        self.refusals = texts
        if texts:
            self._ready.set()

    def close(self, code: int) -> None:
        """Marks the socket for closing. The first code wins; no further texts are sent."""
        self.closed = self.closed or code
        self._ready.set()

    async def next(self) -> list[str]:
        """Waits for texts and returns them; an empty list when the socket must close.

        Those that were returned before have been sent.
        """
        texts: list[str] = []
        self._sending = False
        while not (texts or self.closed):
            await self._ready.wait()
            self._ready.clear()
            texts, self._waiting, self.refusals = [*self.refusals, *self._waiting.values()], {}, []
        self._sending = True
        return [] if self.closed else texts


class Audience:
    """The subscribers of one topic, and the last text that was offered to them all."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._all: set[Subscriber] = set()
        self._new: set[Subscriber] = set()
        self._text = ""  # always a whole one

    def __bool__(self) -> bool:
        return bool(self._all)

    def add(self, subscriber: Subscriber) -> None:
        self._all.add(subscriber)
        self._new.add(subscriber)

    def members(self) -> list[Subscriber]:
        return list(self._all)

    def remove(self, subscriber: Subscriber) -> None:
        self._all.discard(subscriber)
        self._new.discard(subscriber)

    def offer(self, snapshot: Snapshot) -> None:
        """Hands out a snapshot. If it is unchanged, only subscribers that joined since the last offer receive it."""
        text = snapshot.text
        change = snapshot.change if snapshot.before == self._text else ""  # a poll may have built one in between
        for subscriber in self._new if text == self._text else self._all:
            subscriber.offer(self._topic, text, "" if subscriber in self._new else change)
        self._text = text
        self._new.clear()


class Hub:
    def __init__(
        self,
        source: Source,
        guard: SessionGuard,
        now: Callable[[], datetime],
        collector: Collector,
        clock: Callable[[], float] = monotonic,
        most: Callable[[], int] = lambda: 1_000_000,
    ) -> None:
        """`guard` ends subscribers; `now` is the time that browsers are told; `collector` looks for garbage between
        looks; `clock`, in seconds, paces the hub; `most` is how many sockets a person may have here.
        """
        self._source = source
        self._guard = guard
        self._now = now
        self._clock = clock
        self._collector = collector
        self._most = most
        self._subscribers: set[Subscriber] = set()
        self._people: Counter[int] = Counter()  # subscribers by user
        self._audiences: dict[str, Audience] = {}  # by topic; none is empty
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hub")
        self._task: asyncio.Task[None] | None = None
        self._turn = 0  # the private topic that is next
        self._next_beat = 0.0
        self._computed = 0.0  # seconds of computing in the present tick

    def join(self, subscriber: Subscriber) -> None:
        """Adds a subscriber, or closes it if its user has too many. The hub sleeps while it has no subscriber."""
        if self._people[subscriber.standing.user] >= self._most():
            subscriber.close(TOO_MANY)
            return
        self._subscribers.add(subscriber)
        self._people[subscriber.standing.user] += 1
        self._guard.watch(subscriber)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def sockets(self) -> int:
        return len(self._subscribers)

    def leave(self, subscriber: Subscriber) -> None:
        """Removes a subscriber; one that was never added is ignored."""
        if subscriber not in self._subscribers:
            return
        self._subscribers.remove(subscriber)
        self._people -= Counter([subscriber.standing.user])  # drops counts of zero
        self._move(subscriber, frozenset())
        self._guard.release(subscriber)

    def subscribe(self, subscriber: Subscriber, topics: Collection[str]) -> None:
        """Replaces the topics of a subscriber. An unknown topic gets an error; a forbidden one closes the socket."""
        known = {topic for topic in topics if self._source.knows(topic)}
        if not all(self._guard.permits(topic, subscriber.standing) for topic in known):
            subscriber.close(FORBIDDEN)
            return
        self._move(subscriber, known)
        unknown = sorted(set(topics) - known)
        subscriber.refuse([_unknown(topic) for topic in unknown])

    async def look(self) -> None:
        """Makes one tick: hands out new texts, those of shared topics first, and now and then a heartbeat."""
        topics = list(self._audiences)
        if topics:
            await self._in_thread(lambda: self._source.keep_only(topics))
        private = sorted(filter(self._source.is_private, topics))
        await self._hand_out([topic for topic in topics if topic not in set(private)])
        await self._hand_out(self._next_of(private))
        if self._clock() >= self._next_beat:
            note = await self._in_thread(self._source.clock_note)
            self._beat(**({"clock_note": note} if note else {}))

    async def _hand_out(self, topics: Collection[str]) -> None:
        """Offers the newest text of each topic. A topic that does not exist, as a ticker that never traded, ends."""
        if not topics:
            return
        snapshots = await self._in_thread(lambda: self._source.refresh(topics))
        for topic in topics:
            audience = self._audiences.get(topic)  # None if all have left meanwhile
            if audience and topic in snapshots:
                audience.offer(snapshots[topic])
            elif audience:
                for subscriber in audience.members():
                    self._move(subscriber, subscriber.topics - {topic})
                    subscriber.refuse([*subscriber.refusals, _unknown(topic)][-MOST_REFUSALS:])

    def _next_of(self, private: Sequence[str]) -> list[str]:
        """Returns the private topics of this tick, in turn."""
        if len(private) <= PRIVATE_A_LOOK:
            return list(private)
        start = self._turn % len(private)
        self._turn = start + PRIVATE_A_LOOK
        return [*private[start:], *private[:start]][:PRIVATE_A_LOOK]

    def _beat(self, **more: str) -> None:
        """Sends the time to all subscribers, if a heartbeat is due."""
        if self._clock() < self._next_beat:
            return
        self._next_beat = self._clock() + BEAT
        beat = _json({"beat": self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z"), **more})
        for subscriber in self._subscribers:
            subscriber.offer("", beat)

    def _move(self, subscriber: Subscriber, topics: Collection[str]) -> None:
        """Moves the subscriber into the audiences of these topics, and out of all others."""
        for topic in subscriber.topics:
            self._audiences[topic].remove(subscriber)
        for topic in topics:
            self._audiences.setdefault(topic, Audience(topic)).add(subscriber)
        for topic in subscriber.topics.difference(topics):
            if not self._audiences[topic]:
                del self._audiences[topic]
        subscriber.topics = frozenset(topics)

    async def _run(self) -> None:
        with self._collector.ours():
            while self._subscribers:
                self._computed = 0.0
                try:
                    await self.look()
                except Error:
                    logger.exception("The live hub could not read the database; it will try again.")
                    self._beat(database="away")
                    await asyncio.sleep(1)
                await asyncio.sleep(max(TICK, SHARE * self._computed))
                self._collector.step(len(self._subscribers))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """Runs the work in a thread of the hub's own, so that no slow view delays it."""

        def clean() -> T:
            # Time spent waiting for a processor does not count: it would make pages on a busy machine slower still.
            began = thread_time()
            for connection in connections.all(initialized_only=True):
                connection.close_at = None  # this thread stays, so it keeps its connection while the connection works
                connection.close_if_unusable_or_obsolete()
            reset_queries()  # Django keeps them while DEBUG is on
            try:
                return work()
            finally:
                self._computed += thread_time() - began

        return await asyncio.get_running_loop().run_in_executor(self._thread, clean)


def _unknown(topic: str) -> str:
    return _json({"error": "unknown topic", "topic": topic})


def _json(message: dict[str, str]) -> str:
    return msgspec.json.encode(message).decode()
