"""Builds the parts of the pipe from the settings. It names concrete classes, as overview.py and changes.py do."""

import heapq
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from functools import lru_cache, partial
from itertools import groupby, islice, takewhile
from operator import itemgetter
from typing import Any

from django.conf import settings
from msgspec.structs import replace

from streams import applications
from streams.applications import Application
from streams.backends.base import Stream
from streams.backends.embedded.looking import EmbeddedLook
from streams.backends.embedded.stream import EmbeddedStream
from streams.backends.embedded.url import open_embedded, parse_embedded
from streams.backends.limits import MAX_RECORD
from streams.coordination import packets
from streams.coordination.leases import Leases
from streams.coordination.store_errors import translate_errors
from streams.core import clock, topics
from streams.core.commits import HeldLease
from streams.core.hashing import HASH_SPACE
from streams.core.records import LATEST, WHOLE, Description, Place, Position, Record, Shard, StreamError, at
from streams.core.state_log import BOUNDS
from streams.engine.commit_store import CommitStore
from streams.engine.configuration import Fresh
from streams.engine.gathering import GatheringReader
from streams.engine.pipeline import LIMIT, Pipeline
from streams.engine.reading import Reader, ShardReader, WholeReader
from streams.engine.refusals import explained
from streams.engine.timing import TimedStore
from streams.engine.watermarks import believable
from streams.engine.worker import Worker
from streams.operations.backlog import waiting
from streams.operations.inspection import SECONDS, Asked, Found, OutOfTimeError, inspect
from streams.operations.walking import Walk, one

NAMES_KEPT = 10.0  # seconds


def is_kinesis() -> bool:
    """Returns whether STREAM_URL leads to Amazon Kinesis."""
    return settings.STREAM_URL.startswith("kinesis:")


def open_stream(name: str) -> Stream:
    """Returns the stream of that name, which need not exist yet. Raises StreamError for a malformed STREAM_URL."""
    if is_kinesis():
        found: Stream = _kinesis().open_kinesis(settings.STREAM_URL, name)
        return found
    return open_embedded(settings.STREAM_URL, name)


def largest_record(stream: Stream) -> int:
    """Returns the size of the largest record that the stream takes, in bytes, key included: Kinesis' default there."""
    return stream.largest_record() if isinstance(stream, EmbeddedStream) else MAX_RECORD


def stream_names() -> list[str]:
    """Returns the names of all streams of the service. Raises StreamError."""
    if is_kinesis():
        names: list[str] = _kinesis().kinesis_names(settings.STREAM_URL)
        return names
    return EmbeddedStream.names(parse_embedded(settings.STREAM_URL).path)


def names_for_a_look() -> list[str]:
    """Returns stream names for a page that reloads often: Kinesis is asked at most every NAMES_KEPT seconds.

    Returns no names if the service does not answer.
    """
    try:
        if is_kinesis():
            return _names_of_then(settings.STREAM_URL, time.monotonic() // NAMES_KEPT)
        return stream_names()
    except StreamError:
        return []


@lru_cache(maxsize=1)
def _names_of_then(url: str, then: float) -> list[str]:
    names: list[str] = _kinesis().kinesis_names(url)
    return names


def inspect_stream(name: str, **asked: Any) -> Found:
    """Returns records of a stream for a page; `asked` has the fields of inspection.Asked. Raises StreamError."""
    if is_kinesis():
        stream = open_stream(name)
        return inspect(_walk(stream), Asked(**asked), time.monotonic)
    with closing(EmbeddedLook(parse_embedded(settings.STREAM_URL).path, name)) as look:
        return inspect(look, Asked(**asked), time.monotonic)


def _walk(stream: Stream) -> Walk:
    """Returns a walk over a stream of Kinesis, whose newest records may not be visible yet."""
    from streams.backends.kinesis.reading import SETTLE  # noqa: PLC0415 - as in _kinesis

    return Walk(stream, stream.now, _patience(), SETTLE)


def sub_bits() -> int:
    """Returns how many low bits of a sequence number are the place of the record within an aggregate of KPL."""
    if not is_kinesis():
        return 0  # the embedded stream unpacks none
    from streams.backends.kinesis.reading import SUB_BITS  # noqa: PLC0415 - as in _kinesis

    return SUB_BITS


def newest_records(name: str, most: int, size: int = 64 << 20) -> list[Record]:
    """Returns at most so many of the newest records, and bytes, as many as there are time for. Raises StreamError."""
    if is_kinesis():
        return _first(_walk(open_stream(name)).backward(None), most, size)
    with closing(EmbeddedLook(parse_embedded(settings.STREAM_URL).path, name)) as look:
        return _first(look.backward(None), most, size)


def _first(records: Iterator[Record], most: int, size: int) -> list[Record]:
    found: list[Record] = []
    with suppress(OutOfTimeError):
        for record in islice(records, most):
            size -= len(record[4])
            if size < 0 and found:
                break
            found.append(record)
    return found


def records_between(name: str, start: int, end: int, most: int, size: int) -> list[tuple[int, int, str, bytes]]:
    """Returns the records that arrived from `start` until before `end`, in milliseconds, the oldest first.

    Each is (arrival, sequence number, partition key, data). The first beyond `most` records, or beyond `size` bytes, is
    the last one, so that a caller sees that there are more. Those past the stream's retention come from its archive,
    if it has one. Raises StreamError.
    """
    return list(_bounded(each_record_between(name, start, end), most, size))


def each_record_between(name: str, start: int, end: int) -> Iterator[Record]:
    """Yields the records that arrived from `start` until before `end`, as `records_between` returns them."""
    stream = open_stream(name)
    if not is_kinesis():
        with closing(EmbeddedLook(parse_embedded(settings.STREAM_URL).path, name)) as look:
            yield from _until(end, _with_past(stream, start, end, look.forward(Place(start))))
        return
    try:
        yield from _until(end, _with_past(stream, start, end, _walk(stream).forward(Place(start))))
    except OutOfTimeError:
        raise StreamError(f"{name} did not give its records in {SECONDS:.0f} s; choose a shorter slice.") from None


def _until(end: int, records: Iterator[Record]) -> Iterator[Record]:
    return takewhile(lambda record: record[0] < end, records)


def _with_past(stream: Stream, start: int, end: int, held: Iterator[Record]) -> Iterator[Record]:
    """Returns the records of a stream with those before them, each once: some are held and archived too."""
    kept_since = stream.now() - stream.describe().retention_hours * 60 * clock.MINUTE
    if start >= kept_since:
        return held
    past = applications.past_records(stream.name, start, min(end, kept_since))
    ordered = heapq.merge(held, *past, key=itemgetter(0, 1))
    return (next(same) for _, same in groupby(ordered, key=itemgetter(0, 1)))


def _bounded(records: Iterator[Record], most: int, size: int) -> Iterator[tuple[int, int, str, bytes]]:
    for count, (arrived, sequence, _, key, data) in enumerate(records, 1):
        yield arrived, sequence, key, data
        size -= len(data)
        if count > most or size < 0:
            return


def read_record(name: str, shard: str, sequence: int) -> tuple[Record, str] | None:
    """Returns one record and its number in the service's format; None if there is none. Raises StreamError."""
    stream = open_stream(name)
    try:
        found = one(stream, shard, sequence, _patience())
    except OutOfTimeError:
        raise StreamError(f"The stream {name!r} did not answer in {SECONDS:.0f} s; try again.") from None
    return found and (found, stream.sequence_text(sequence))


def _patience() -> Callable[[], None]:
    """Returns a pause function that ends an inspection after its time limit."""
    deadline = time.monotonic() + SECONDS

    def pause() -> None:
        if time.monotonic() > deadline:
            raise OutOfTimeError
        time.sleep(0.05)

    return pause


def count_waiting(name: str, checkpoints: Mapping[str, str]) -> tuple[dict[str, int], str]:
    """Returns the records waiting behind checkpoints, by lease; or an empty dict and a sentence with the reason."""
    if is_kinesis():
        return {}, "Amazon Kinesis does not tell how many records wait, only for how long."
    try:
        with closing(open_embedded(settings.STREAM_URL, name)) as stream:
            return waiting(stream, checkpoints)
    except StreamError as error:
        return {}, f"How many records wait is not known. {error}"


def _kinesis() -> Any:
    from streams.backends.kinesis import stream as kinesis_stream  # noqa: PLC0415 - boto3 takes longer to import than all of Millrace

    return kinesis_stream


def build_worker(
    name: str, stream_name: str, start: Position, *, whole: bool = False, hurry: bool = False
) -> Worker[Any, Any]:
    """Builds a worker of an application; shards that it has never read start at `start`. Raises UnknownNameError.

    With `whole`, or for an application that asks for it, one worker at a time holds the whole stream, for keys that may
    be in any shard. With `hurry`, an application that gathers records commits at the tip at once.
    """
    application = applications.find(name)
    whole = whole or application.whole
    stream = open_stream(stream_name)
    bounds = BOUNDS._replace(head=settings.STATE_HEAD)
    leases = Leases(name, stream_name, application.inherit, stream_time=stream.now, bounds=bounds)
    followers = applications.followers(application, stream_name, time.monotonic, whole=whole)
    commits = CommitStore(name, stream_name, topics.of(name, stream_name), application.sink, followers)
    store = TimedStore(commits, time.monotonic)
    configuration = Fresh(translate_errors(application.configuration), time.monotonic)

    def open_shard(held: HeldLease) -> Pipeline[Any, Any]:
        held = believable(held, stream.now(), application.set_back, store)
        if whole:
            decode = application.decode.under_any_key()
        else:
            decode = application.decode.within(held.hash_start, held.hash_end)
        reader = _reader(application, partial(_shard_reader, stream, held, whole=whole), held.checkpoint, hurry=hurry)
        build = application.build_at(held) if application.build_at else application.build
        return Pipeline(held, reader, explained(decode), build, store, configuration)

    def describe() -> Description:
        found = stream.describe()
        return found._replace(shards=[Shard(WHOLE, 0, HASH_SPACE - 1)]) if whole else found

    if start == LATEST:
        start = at(stream.now())
    leases.refuse_to_mix(whole=whole)
    translate_errors(packets.warn_if_small)()
    return Worker(leases, describe, open_shard, start, time.monotonic, stream.now)


def _reader(application: Application, open_at: Callable[[str], Reader], checkpoint: str, *, hurry: bool) -> Reader:
    if not application.gather:
        return open_at(checkpoint)
    gather = application.gather()
    if hurry:
        gather = replace(gather, age=0.0)
    return GatheringReader(open_at, checkpoint, gather, time.monotonic, LIMIT)


def _shard_reader(stream: Stream, held: HeldLease, checkpoint: str, *, whole: bool) -> Reader:
    if whole:
        return WholeReader(stream, checkpoint, held.identity)
    return ShardReader(stream, held.shard, checkpoint, held.identity)
