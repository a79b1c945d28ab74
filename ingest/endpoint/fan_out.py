"""SubscribeToShard: pushes the records of a shard to a registered consumer, for up to five minutes.

A consumer has one subscription to a shard. Another call within five seconds is refused; a later one takes it over.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from ingest.endpoint import event_stream
from ingest.endpoint.errors import ApiError, beyond_limit, in_use, no_shard
from ingest.endpoint.operations import consumers, reading
from ingest.endpoint.operations.base import Answer, Call
from ingest.endpoint.operations.reading import MOST_RECORDS
from ingest.endpoint.protocols import Codec
from ingest.endpoint.service import Service
from ingest.endpoint.unread import Unread
from ingest.endpoint.watch import Watch
from streams.core.records import Page, Position

LASTS = 300.0  # seconds
TAKEN_OVER_AFTER = 5.0  # seconds
QUIET = 5.0  # seconds without a record after which an event without records says how far it is
CHECKED_EVERY = 1.0  # seconds between two looks whether the key is still valid and the consumer registered
BYTES_AN_EVENT = 2 << 20
MOST_SUBSCRIPTIONS = 512
# The server takes all that is pushed into memory, however slowly its client reads. So a subscription ends after so many
# bytes, and its client subscribes again when it has read them.
MOST_PUSHED = 32 << 20

Send = Callable[[bytes], Awaitable[None]]
Check = Callable[[], Awaitable[object]]  # raises ApiError once the key is no longer valid


class _Name(NamedTuple):
    stream: str
    consumer: str
    shard: str


class _Running:
    """Is one subscription while it lasts."""

    def __init__(self, started: float) -> None:
        self.started = started
        self.taken_over = False
        self.wake: Callable[[], None] = lambda: None


class _Progress(NamedTuple):
    """Says how far a subscription has come: the answer to push, the next position, and whether there is more."""

    answer: Answer
    position: Position
    found: bool
    more: bool
    ended: bool


class FanOut:
    def __init__(
        self, service: Service, watch: Watch, unread: Unread, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._service = service
        self._watch = watch
        self._clock = clock
        self._running: dict[_Name, _Running] = {}
        self.ended = False
        self.unread = unread

    def end_all(self) -> None:
        """Ends all subscriptions soon, as if their time had come."""
        self.ended = True
        for running in self._running.values():
            running.wake()

    async def begin(self, call: Call) -> "Subscription":
        """Returns the subscription of a call. Raises ApiError."""
        consumer, position, identity = await self._service.in_pool(lambda: _start(call), call.stream)
        name, now = _Name(call.stream, consumer, call.arguments["ShardId"]), self._clock()
        if former := self._running.get(name):
            if now - former.started < TAKEN_OVER_AFTER:
                raise in_use(
                    f"Another active subscription exists for this consumer: {consumer}, shard {name.shard} of stream"
                    f" {call.stream}. Try again {TAKEN_OVER_AFTER:.0f} seconds after it began."
                )
            former.taken_over = True
            former.wake()
        elif len(self._running) >= MOST_SUBSCRIPTIONS or self.unread.full:
            raise beyond_limit("There are as many subscriptions, or unread events, as this endpoint serves at a time.")
        running = self._running[name] = _Running(now)
        return Subscription(self, name, running, call, position, identity)

    def end(self, name: _Name, running: _Running) -> None:
        if self._running.get(name) is running:
            del self._running[name]

    @property
    def service(self) -> Service:
        return self._service

    @property
    def watch(self) -> Watch:
        return self._watch

    @property
    def clock(self) -> Callable[[], float]:
        return self._clock


class Subscription:
    def __init__(
        self, fan_out: FanOut, name: _Name, running: _Running, call: Call, position: Position, identity: str
    ) -> None:
        self._fan_out = fan_out
        self._name = name
        self._running = running
        self._call = call
        self._position = position
        self._identity = identity  # of the stream at the start
        self._check_at = self._find_at = fan_out.clock() + CHECKED_EVERY

    async def push(self, send: Send, codec: Codec, check: Check) -> str:
        """Pushes events until the subscription ends, and returns how it ended: "ok", or the type of an error."""
        try:
            await send(event_stream.event("initial-response", codec.encode({}), codec))
            await self._push(send, codec, check)
        except ApiError as error:
            await send(event_stream.exception(error, codec))
            return error.kind
        finally:
            self._fan_out.end(self._name, self._running)
        return "ok"

    async def _push(self, send: Send, codec: Codec, check: Check) -> None:
        clock, service = self._fan_out.clock, self._fan_out.service
        ends, quiet_until, pushed = clock() + LASTS, clock(), 0
        with self._fan_out.watch.watching((self._name.stream, self._name.shard)) as news:
            self._running.wake = news.set
            while clock() < ends and not self._fan_out.ended:
                news.clear()
                found: _Progress = await service.in_pool(self._read, self._name.stream)
                self._position = found.position
                if found.found or found.ended or clock() >= quiet_until:
                    message = event_stream.event("SubscribeToShardEvent", codec.encode(found.answer), codec)
                    await send(message)
                    quiet_until, pushed = clock() + QUIET, pushed + len(message)
                if found.ended or pushed > MOST_PUSHED:
                    return
                if not found.more:
                    await self._wait(news, check, min(ends, quiet_until))
                await self._check_key(check)  # here too: a busy stream leaves no wait that ends without news
                self._check_owner()

    async def _wait(self, news: asyncio.Event, check: Check, until: float) -> None:
        """Returns when there is news, or at that time. Raises ApiError once the key or the consumer is gone."""
        while not news.is_set() and (left := until - self._fan_out.clock()) > 0:
            try:
                async with asyncio.timeout(min(left, CHECKED_EVERY)):
                    await news.wait()
            except TimeoutError:
                await self._check_key(check)
                await self._fan_out.service.in_pool(self._check_consumer, self._name.stream)

    async def _check_key(self, check: Check) -> None:
        """Raises ApiError if the key is no longer valid; looks once in CHECKED_EVERY."""
        now = self._fan_out.clock()
        if now >= self._check_at:
            self._check_at = now + CHECKED_EVERY
            await check()

    def _check_owner(self) -> None:
        if self._running.taken_over:
            raise in_use(f"Another call of SubscribeToShard took over the subscription of {self._name.consumer}.")

    def _check_consumer(self) -> None:
        """Raises ApiError once the consumer is deregistered; looks once in CHECKED_EVERY."""
        if (now := self._fan_out.clock()) >= self._find_at:
            self._find_at = now + CHECKED_EVERY
            consumers.found(self._call)

    def _read(self) -> _Progress:
        """Reads on in a thread of the readers. Raises ApiError once the consumer is deregistered."""
        stream, shard = self._call.opened, self._name.shard
        self._check_consumer()
        tip = stream.tip()  # before the read, which then sees every record up to this number
        page = stream.read_freely(shard, self._position, MOST_RECORDS, BYTES_AN_EVENT)
        if page.identity != self._identity:
            raise no_shard(self._name.stream, shard)  # the stream was deleted, and made anew since
        position = reading.next_position(page, self._position)
        answer: Answer = {"Records": reading.records(page), "MillisBehindLatest": reading.behind(stream, page)}
        if page.ended:  # without a number to continue from, as KCL knows the end of a shard
            answer["ChildShards"] = reading.children(stream, shard)
        else:
            number = page.batches[-1].sequences[-1] if page.batches else max(tip, self._position.value)
            answer["ContinuationSequenceNumber"] = str(number)
        return _Progress(answer, position, bool(page.batches), _has_more(page), page.ended)


def _has_more(page: Page) -> bool:
    return bool(page.batches) and page.watermark is None and not page.ended


def _start(call: Call) -> tuple[str, Position, str]:
    """Returns the name of the consumer, the position of its start, and the stream's identity. Raises ApiError."""
    identity = call.opened.identity()
    consumer = consumers.found(call)
    shard = reading.find_shard(call.opened, call.arguments["ShardId"])
    given = call.arguments["StartingPosition"]
    position = reading.start(call, shard, given["Type"], given.get("SequenceNumber"), given.get("Timestamp"))
    return consumer.name, position, identity
