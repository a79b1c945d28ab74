"""Stores the results of SQL applications, in the transaction of the commit that made them."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db import connection
from django.utils import timezone

from common.text import storable
from sql.live.backlog import refuse_overflow
from sql.live.deployed import Output
from sql.live.faults import Seen, add_faults, error_row, seen
from sql.live.models import ERRORS, NEWEST, SqlOutbox, SqlRow, SqlSwitch, SqlTail
from sql.live.processor import LiveResults
from streams.core.clock import MINUTE, to_datetime
from streams.core.names import MOST_KEY
from streams.models.rollups import mark
from streams.models.upsert import upsert
from streams.wiring import is_kinesis

MINUTES = 60  # of a tail
ENTRIES = 500  # rows in one row of the outbox: what Kinesis takes in one request …
BYTES = 1 << 20  # … and about how many bytes
INSERT = "INSERT INTO {table} (output_id, stream, rowtime, ordinal, data) VALUES (%s, %s, %s, %s, %s)"
_encode = msgspec.msgpack.Encoder().encode
_parts = msgspec.json.Decoder(list[tuple[int, msgspec.Raw]]).decode
Entry = tuple[str, bytes]


class Tail(NamedTuple):
    """Holds the part that a commit adds to a tail."""

    added: int  # rows
    time: int  # of the newest row, in milliseconds
    newest: list[tuple[int, str]]
    minutes: Counter[int]


class Prepared(NamedTuple):
    """Holds the rows of a commit as they are stored."""

    results: LiveResults
    rows: list[tuple[int, int, int, str]]  # output, row time in milliseconds, ordinal, data
    tails: dict[int, Tail]  # by output
    outbox: list[SqlOutbox]
    faults: list[Seen]


class SqlSink:
    """Is the sink of one application."""

    def prepare(self, results: LiveResults) -> Prepared:
        """Encodes the rows. Raises StoreDownError while too many rows wait for their way into other streams."""
        _, faults, counts = results.results
        prepared = Prepared(results, [], {}, [], seen(faults, counts, results.watermark))
        entries: dict[str, list[tuple[int, Entry]]] = defaultdict(list)
        for output, ordinal, time, rows in packets(results):
            _add(prepared, entries, output, ordinal, time, rows)
        for to, found in entries.items():
            refuse_overflow(results.deployed.id, to)
            prepared.outbox.extend(_boxes(results, to, found))
        return prepared

    def write(self, stream: str, prepared: Prepared) -> None:
        results = prepared.results
        _insert(stream, prepared.rows)
        minutes = {time // MINUTE * MINUTE for _, time, _, _ in prepared.rows}
        mark(results.deployed.name, stream, map(to_datetime, minutes))
        _store_tails(stream, results.shard, prepared.tails)
        if prepared.faults:
            add_faults(results.deployed.id, stream, results.shard, prepared.faults)
        SqlOutbox.objects.bulk_create(prepared.outbox)
        if results.switch:
            _note_switch(stream, results)


def packets(results: LiveResults) -> Iterator[tuple[Output, int, int, Sequence[Any]]]:
    """Yields the rows of each packet with its output, the ordinal of the first row, and the row time.

    The rows of error_stream are made of the faults, unless the engine gave them.
    """
    ordinal = results.ordinal
    outputs = results.deployed.outputs
    for stream, time, rows in results.results.packets:
        if output := outputs.get(stream):
            yield output, ordinal, time, rows
        ordinal += len(rows)
    if (errors := outputs.get(ERRORS)) and not any(each.stream == ERRORS for each in results.results.packets):
        for place, fault in enumerate(results.results.faults):
            yield errors, ordinal + place, fault.time, [error_row(fault, errors.written.columns, results.shard)]


def _add(
    prepared: Prepared,
    entries: dict[str, list[tuple[int, Entry]]],
    output: Output,
    ordinal: int,
    time: int,
    rows: Sequence[Any],
) -> None:
    written, encoder = output.written, output.encoder
    if written.stored:
        texts = enumerate(encoder.storable(rows), ordinal)
        prepared.rows.extend((output.id, time, place, text) for place, text in texts)
    before = prepared.tails.get(output.id) or Tail(0, time, [], Counter())
    before.minutes[time // MINUTE * MINUTE] += len(rows)
    newest = [*before.newest, *((time, encoder.short(row)) for row in rows[-NEWEST:])][-NEWEST:]
    prepared.tails[output.id] = Tail(before.added + len(rows), max(time, before.time), newest, before.minutes)
    if written.to:
        datas = encoder.csvs(rows) if written.format == "csv" else encoder.jsons(rows)
        keys = (storable(encoder.text(row, written.key))[:MOST_KEY] or "-" for row in rows)
        pairs = zip(keys, datas, strict=True)
        entries[written.to] += [(ordinal + place, entry) for place, entry in enumerate(pairs)]


def _boxes(results: LiveResults, to: str, found: Sequence[tuple[int, Entry]]) -> Iterator[SqlOutbox]:
    """Yields the rows of the outbox, each with a key that follows from its first row."""
    start = 0
    with_id = is_kinesis()
    while start < len(found):
        stop, size = start, 0
        while stop < len(found) and stop - start < ENTRIES and (size < BYTES or stop == start):
            size += len(found[stop][1][1])
            stop += 1
        part = found[start:stop]
        key = hashlib.sha256(f"{results.deployed.id} {results.epoch} {to} {part[0][0]}".encode()).hexdigest()
        entries = [(key_, _named(data, results.epoch, at) if with_id else data) for at, (key_, data) in part]
        yield SqlOutbox(application_id=results.deployed.id, to=to, key=key, entries=_encode(entries), count=len(part))
        start = stop


def _named(data: bytes, epoch: str, ordinal: int) -> bytes:
    """Returns a JSON object with the row's own name as its last member, by which a reader of Kinesis finds repeats."""
    if not data.endswith(b"}"):
        return data  # CSV
    comma = b"" if data == b"{}" else b","
    return b'%b%b"_id":"%b-%d"}' % (data[:-1], comma, epoch.encode(), ordinal)


def _insert(stream: str, rows: Sequence[tuple[int, int, int, str]]) -> None:
    if not rows:
        return
    adapt = connection.ops.adapt_datetimefield_value
    moments = {time: adapt(to_datetime(time)) for time in {time for _, time, _, _ in rows}}
    statement = INSERT.format(table=connection.ops.quote_name(SqlRow._meta.db_table))
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(at, stream, moments[time], place, data) for at, time, place, data in rows])


def _store_tails(stream: str, shard: str, tails: dict[int, Tail]) -> None:
    """Adds to the tails of a lease. Nobody else writes them while it is held."""
    found = SqlTail.objects.filter(output__in=tails, stream=stream, shard=shard)
    known = {tail.output_id: tail for tail in found}
    upsert(
        [_tail(output, stream, shard, known.get(output), added) for output, added in sorted(tails.items())],
        key=["output", "stream", "shard"],
    )


def _tail(output: int, stream: str, shard: str, known: SqlTail | None, added: Tail) -> SqlTail:
    newest = [*(_parts(known.newest) if known else []), *((time, msgspec.Raw(text)) for time, text in added.newest)]
    minutes = Counter(dict(json.loads(known.minutes))) if known else Counter()
    minutes.update(added.minutes)
    return SqlTail(
        output_id=output,
        stream=stream,
        shard=shard,
        count=(known.count if known else 0) + added.added,
        rowtime=to_datetime(added.time),
        newest=_dumps(newest[-NEWEST:]),
        minutes=_dumps(sorted(minutes.items())[-MINUTES:]),
    )


def _dumps(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _note_switch(stream: str, results: LiveResults) -> None:
    switch = results.switch
    assert switch
    SqlSwitch.objects.create(
        application_id=results.deployed.id,
        stream=stream,
        shard=results.shard,
        before=switch.before,
        version=switch.version,
        sequence="" if switch.sequence is None else str(switch.sequence),
        arrived=to_datetime(switch.arrived) if switch.arrived else timezone.now(),
    )
