"""The one place that names concrete classes: settings in, the parts of the pipe out."""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import lru_cache, partial
from typing import Any, NamedTuple

from django.conf import settings

from streams import clock, packets, topics
from streams.answering import answering
from streams.backlog import waiting
from streams.commits import Grant
from streams.hashing import HASH_SPACE
from streams.inspection import Inspection, Wanted, inspect
from streams.leases import Leases
from streams.listing import Inherit
from streams.models.orders import DEFAULT_THRESHOLD
from streams.pipeline import Pipeline
from streams.processors import orders, trades
from streams.processors.base import Decoder, Processor
from streams.reading import Reader, ShardReader, WholeReader
from streams.records import LATEST, WHOLE, Description, Position, Shard, StreamError, at
from streams.refusals import explained
from streams.sinks import orders as orders_sink
from streams.sinks import trades as trades_sink
from streams.stream.base import Stream
from streams.stream.embedded import EmbeddedStream
from streams.stream.embedded_url import open_embedded, parse_embedded
from streams.timing import TimedStore
from streams.worker import Worker

NAMES_KEPT = 10.0  # seconds


class Application(NamedTuple):
    """A consumer application: what it computes, and where the results go."""

    topic: str  # its own name
    decode: Decoder[Any]
    build: Callable[[bytes], Processor[Any, Any]]  # from a snapshot, b"" for none
    write: Callable[[str, Any], None]  # the stream, and the results that are of it
    inherit: Inherit


APPLICATIONS = {
    "trades": Application(topics.TRADES, trades.decode, trades.TradesProcessor, trades_sink.write, trades.inherit),
    "orders": Application(
        topics.ORDERS,
        orders.decode,
        lambda snapshot: orders.OrdersProcessor(snapshot, answering(orders_sink.thresholds), DEFAULT_THRESHOLD),
        orders_sink.write,
        orders.inherit,
    ),
}


def open_stream(name: str) -> Stream:
    """The stream of that name, whether it exists yet or not. Raises StreamError for a STREAM_URL that is none."""
    if settings.STREAM_URL.startswith("kinesis:"):
        found: Stream = _kinesis().open_kinesis(settings.STREAM_URL, name)
        return found
    return open_embedded(settings.STREAM_URL, name)


def stream_names() -> list[str]:
    """Returns the names of all streams that the service has. Raises StreamError."""
    if settings.STREAM_URL.startswith("kinesis:"):
        names: list[str] = _kinesis().kinesis_names(settings.STREAM_URL)
        return names
    return EmbeddedStream.names(parse_embedded(settings.STREAM_URL).path)


def names_for_a_look() -> list[str]:
    """Returns the same for a page that asks again and again: Kinesis is asked at most every NAMES_KEPT seconds.

    A service that does not answer lists nothing.
    """
    try:
        if settings.STREAM_URL.startswith("kinesis:"):
            return _names_of_then(settings.STREAM_URL, time.monotonic() // NAMES_KEPT)
        return stream_names()
    except StreamError:
        return []


@lru_cache(maxsize=1)
def _names_of_then(url: str, then: float) -> list[str]:
    names: list[str] = _kinesis().kinesis_names(url)
    return names


def inspect_stream(name: str, start: Position, wanted: tuple[str, str, str], most: int) -> Inspection:
    """Records of a stream, for a look; `wanted` is a key, a field and its value. Raises StreamError."""
    return inspect(open_stream(name), start, Wanted(*wanted), most, time.monotonic, partial(time.sleep, 0.1))


def count_waiting(name: str, checkpoints: Mapping[str, str]) -> tuple[dict[str, int], str]:
    """Records of a stream that wait behind checkpoints, by lease; else nothing, and a sentence that says why."""
    if settings.STREAM_URL.startswith("kinesis:"):
        return {}, "Amazon Kinesis does not tell how many records wait, only for how long."
    try:
        with closing(open_embedded(settings.STREAM_URL, name)) as stream:
            return waiting(stream, checkpoints)
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
    topic, write = topics.of(application.topic, stream_name), partial(application.write, stream_name)
    leases = Leases(name, stream_name, topic, write, application.inherit)

    def open_shard(grant: Grant) -> Pipeline[Any, Any]:
        place = (grant.checkpoint, grant.identity)
        reader: Reader
        if whole:
            reader, decode = WholeReader(stream, *place), application.decode.under_any_key()
        else:
            reader = ShardReader(stream, grant.shard, *place)
            decode = application.decode.within(grant.hash_start, grant.hash_end)
        return Pipeline(grant, reader, explained(decode), application.build, TimedStore(leases, time.monotonic))

    def describe() -> Description:
        found = stream.describe()
        return found._replace(shards=[Shard(WHOLE, 0, HASH_SPACE - 1)]) if whole else found

    if start == LATEST:
        start = at(clock.now())
    leases.refuse_to_mix(whole=whole)
    answering(packets.warn_if_small)()
    return Worker(leases, describe, open_shard, start, time.monotonic)
