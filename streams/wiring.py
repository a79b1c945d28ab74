"""The one place that names concrete classes: settings in, the parts of the pipe out."""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings

from streams import topics
from streams.backlog import waiting
from streams.commits import Grant
from streams.hashing import HASH_SPACE
from streams.inspection import Inspection, Wanted, inspect
from streams.leases import Inherit, Leases, answering
from streams.models.orders import DEFAULT_THRESHOLD
from streams.pipeline import Pipeline
from streams.processors import orders, trades
from streams.processors.base import Decoder, Processor
from streams.reading import ShardReader, WholeReader
from streams.records import LATEST, WHOLE, Position, Shard, StreamError, at
from streams.sinks import orders as orders_sink
from streams.sinks import trades as trades_sink
from streams.stream.base import Stream
from streams.stream.embedded import EmbeddedStream
from streams.stream.embedded_url import open_embedded, parse_embedded
from streams.timing import TimedStore
from streams.watermarks import SetBack, believable
from streams.worker import Worker


class Application(NamedTuple):
    """A consumer application: what it computes, and where the results go."""

    topic: str
    decode: Decoder[Any]
    build: Callable[[bytes], Processor[Any, Any]]  # from a snapshot, b"" for none
    write: Callable[[Any], None]
    inherit: Inherit
    set_back: SetBack


APPLICATIONS = {
    "trades": Application(
        topics.TRADES, trades.decode, trades.TradesProcessor, trades_sink.write, trades.inherit, trades.set_back
    ),
    "orders": Application(
        topics.ORDERS,
        orders.decode,
        lambda snapshot: orders.OrdersProcessor(snapshot, answering(orders_sink.thresholds), DEFAULT_THRESHOLD),
        orders_sink.write,
        orders.inherit,
        orders.set_back,
    ),
}


def open_stream(name: str) -> Stream:
    """The stream of that name, whether it exists yet or not. Raises StreamError for a STREAM_URL that is none."""
    if settings.STREAM_URL.startswith("kinesis:"):
        found: Stream = _kinesis().open_kinesis(settings.STREAM_URL, name)
        return found
    return open_embedded(settings.STREAM_URL, name)


def stream_names() -> list[str]:
    if settings.STREAM_URL.startswith("kinesis:"):
        names: list[str] = _kinesis().kinesis_names(settings.STREAM_URL)
        return names
    return EmbeddedStream.names(parse_embedded(settings.STREAM_URL).path)


def inspect_stream(name: str, start: Position | int, wanted: tuple[str, str, str], most: int) -> Inspection:
    """Looks at records of a stream; `wanted` is a key, a field and its value. Raises StreamError.

    `start` may be so many milliseconds before now, by the stream's own time.
    """
    stream = open_stream(name)
    if start == LATEST:
        start = 0
    place = at(stream.now() - start) if isinstance(start, int) else start
    return inspect(stream, place, Wanted(*wanted), most, time.monotonic, partial(time.sleep, 0.1))


def count_waiting(name: str, checkpoints: Mapping[str, str]) -> tuple[dict[str, int], str]:
    """Records of a stream that wait behind checkpoints, by lease; else nothing, and a sentence that says why."""
    if settings.STREAM_URL.startswith("kinesis:"):
        return {}, "Amazon Kinesis does not tell how many records wait, only for how long."
    try:
        with closing(open_embedded(settings.STREAM_URL, name)) as stream:
            return waiting(stream, checkpoints), ""
    except StreamError as error:
        return {}, f"How many records wait is not known. {error}"


def _kinesis() -> Any:
    from streams.stream import kinesis  # noqa: PLC0415 - boto3 takes longer to import than all of Millrace

    return kinesis


def build_worker(name: str, stream_name: str, start: Position, *, whole: bool = False) -> Worker[Any, Any]:
    """A worker of one of APPLICATIONS; shards that it has never read start at `start`.

    With `whole` one worker at a time holds the whole stream, for keys that may be in any shard.
    """
    application = APPLICATIONS[name]
    stream = open_stream(stream_name)
    leases = Leases(
        name, stream_name, application.topic, application.write, application.inherit, stream_time=stream.now
    )
    decode = application.decode.under_any_key() if whole else application.decode

    def open_shard(grant: Grant) -> Pipeline[Any, Any]:
        grant = believable(grant, stream.now(), application.set_back)
        reader = WholeReader(stream, grant.checkpoint) if whole else ShardReader(stream, grant.shard, grant.checkpoint)
        return Pipeline(grant, reader, decode, application.build, TimedStore(leases, time.monotonic))

    def shards() -> list[Shard]:
        found = stream.describe().shards
        return [Shard(WHOLE, 0, HASH_SPACE - 1)] if whole else found

    if start == LATEST:
        start = at(stream.now())
    leases.refuse_to_mix(whole=whole)
    return Worker(leases, shards, open_shard, start, time.monotonic, stream.now)
