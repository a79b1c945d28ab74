"""The one place that names concrete classes: settings in, the parts of the pipe out."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings

from streams import clock, topics
from streams.commits import Grant
from streams.leases import Leases
from streams.models.orders import DEFAULT_THRESHOLD
from streams.pipeline import Decode, ShardPipeline
from streams.processors import orders, trades
from streams.processors.base import Processor
from streams.records import LATEST, Position, StreamError, at
from streams.sinks import orders as orders_sink
from streams.sinks import trades as trades_sink
from streams.stream.base import Stream
from streams.stream.embedded import EmbeddedStream
from streams.worker import Worker


class Application(NamedTuple):
    """A consumer application: what it computes, and where the results go."""

    topic: str
    decode: Decode[Any]
    build: Callable[[bytes], Processor[Any, Any]]  # from a snapshot, b"" for none
    write: Callable[[Any], None]


APPLICATIONS = {
    "trades": Application(topics.TRADES, trades.decode, trades.TradesProcessor, trades_sink.write),
    "orders": Application(
        topics.ORDERS,
        orders.decode,
        lambda snapshot: orders.OrdersProcessor(snapshot, orders_sink.thresholds, DEFAULT_THRESHOLD),
        orders_sink.write,
    ),
}


def _embedded_path() -> Path:
    scheme, _, rest = settings.STREAM_URL.partition(":")
    if scheme != "embedded" or not rest:
        raise StreamError(f"STREAM_URL is {settings.STREAM_URL!r}; it should be embedded:PATH of an SQLite file.")
    return Path(rest)


def open_stream(name: str) -> Stream:
    """The stream of that name, whether it exists yet or not."""
    return EmbeddedStream(_embedded_path(), name)


def stream_names() -> list[str]:
    return EmbeddedStream.names(_embedded_path())


def build_worker(name: str, stream_name: str, start: Position) -> Worker[Any, Any]:
    """A worker of one of APPLICATIONS; shards that it has never read start at `start`."""
    application = APPLICATIONS[name]
    stream = open_stream(stream_name)
    leases = Leases(name, stream_name, application.topic, application.write)

    def open_shard(grant: Grant) -> ShardPipeline[Any, Any]:
        return ShardPipeline(grant, stream, application.decode, application.build, leases)

    if start == LATEST:
        start = at(clock.now())
    return Worker(leases, stream.describe, open_shard, start, time.monotonic)
