"""Defines processors, which compute results from records of one shard, and decoders. No Django, no clock, no I/O."""

from collections.abc import Callable, Collection, Sequence
from operator import attrgetter, itemgetter
from typing import Annotated, Any, Generic, Protocol, TypeVar

import msgspec

from common.text import one_line
from streams.core import names
from streams.core.hashing import HASH_SPACE, hash_key
from streams.core.records import Batch, DeadRecord
from streams.core.state import StateChange

Event = TypeVar("Event")
Results_co = TypeVar("Results_co", covariant=True)
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=names.MOST_NAME)]  # the type of an event's key
SEQUENCE_DIGITS = 64  # Kinesis' sequence numbers have up to 56
MOST_KNOWN = 65_536  # accepted keys that a decoder remembers
ELSEWHERE = (
    "The record lies in another shard than that of its partition key {key!r}: it was put with an explicit hash key. "
    "Counts of one key are not kept in two shards. Put records without explicit hash keys, or read the stream with "
    "consume --whole-stream; a replay applies this record where its key belongs."
)
# The errors that msgspec raises for malformed events. Text that is not UTF-8 raises UnicodeDecodeError.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
EXACT = 2.0**53  # whole numbers up to here are exact as a float


class Processor(Protocol[Event, Results_co]):
    """Computes the results of one shard. Its time is the arrival time of records and, on a quiet shard, the watermark.

    When a commit fails, the processor is discarded, and another is built from the state that was last committed.
    """

    def configure(self, settings: Any) -> None:
        """Receives the application's configuration when it has changed. Does nothing unless it is overridden."""
        return None  # noqa: RET501 - a Protocol's method without a body would be abstract

    def add(self, batch: Batch, events: list[Event]) -> Sequence[DeadRecord]:
        """Applies records, oldest first, and returns those that it refuses because a bound is reached.

        If it raises an error, the worker finds and dead-letters the record at fault.
        """

    def advance(self, watermark: int) -> None:
        """Advances the time: every record that arrived before this millisecond has been added."""

    def take(self) -> Results_co | None:
        """Returns the results that changed since the last call, as absolute values; None if none changed."""

    def changes(self) -> StateChange:
        """Returns the part of the state that changed since the last call. Its cost grows with that part alone."""


class EventDecoder(Protocol[Event]):
    """Decodes records into events. Unless the first two methods are overridden, any key may be in any shard."""

    def under_any_key(self) -> "EventDecoder[Event]":
        """Returns a decoder for a whole stream."""
        return self

    def within(self, hash_start: int, hash_end: int) -> "EventDecoder[Event]":
        """Returns a decoder for one shard, which holds keys with hashes between these bounds, inclusive."""
        return self

    def __call__(self, batch: Batch) -> tuple[Batch, list[Event], list[DeadRecord]]:
        """Returns the good part of the batch, its events, and the refused records."""


class Decoder(Generic[Event]):
    """Decodes records into events and separates the malformed records, so that the others can be processed.

    `event` is a msgspec.Struct, and `key` the attribute of it that is the partition key, of type Name:
    `decode = Decoder(Reading, "device")`. Raises ValueError if the struct has no such field.

    The decoder also refuses a record whose partition key differs from its event's own key, and a record outside the
    shard of its key, where an explicit hash key can put it: a key's windows live in one shard, so its counts would be
    split in silence. Each distinct key is checked once, and remembered.
    """

    def __init__(self, event: type[Event], key: str) -> None:
        fields = getattr(msgspec.inspect.type_info(event), "fields", ())
        written = {field.name: field.encode_name for field in fields}
        if key not in written:
            raise ValueError(f"{event.__name__} has no field {key!r} that could be its key.")
        self._event = event
        self._decode = msgspec.json.Decoder(event).decode
        self._whole = [field.encode_name for field in fields if isinstance(field.type, msgspec.inspect.IntType)]
        self._attribute = key
        self._key = written[key]  # the name of the key field in the JSON
        self._key_of: Callable[[Event], str] = attrgetter(key)
        self._any_key = False
        self._range = (0, HASH_SPACE - 1)
        self._known: set[str] = set()  # valid keys within the hash range

    def under_any_key(self) -> "Decoder[Event]":
        """Returns a decoder for a whole stream: records may have any partition key; the event's own key replaces it."""
        decoder = Decoder(self._event, self._attribute)
        decoder._any_key = True
        return decoder

    def within(self, hash_start: int, hash_end: int) -> "Decoder[Event]":
        """Returns a decoder for one shard, which holds keys with hashes between these bounds, inclusive."""
        decoder = Decoder(self._event, self._attribute)
        decoder._range = (hash_start, hash_end)
        return decoder

    def __call__(self, batch: Batch) -> tuple[Batch, list[Event], list[DeadRecord]]:
        """Returns the good part of the batch, its events, and the refused records."""
        try:
            events = list(map(self._decode, batch.datas))
        except UNREADABLE:
            return self._one_by_one(batch)
        keys = list(map(self._key_of, events))
        same = keys == batch.keys
        if not (same or self._any_key) or not self._are_good(keys):
            return self._one_by_one(batch)
        return batch if same else batch._replace(keys=keys), events, []

    def _are_good(self, keys: list[str]) -> bool:
        new = set(keys) - self._known
        if not new:
            return True
        if not all(map(names.is_name, new)) or not all(map(self._is_inside, new)):
            return False
        if len(self._known) + len(new) > MOST_KNOWN:
            self._known.clear()
        self._known |= new
        return True

    def _is_inside(self, key: str) -> bool:
        start, end = self._range
        return start <= hash_key(key) <= end

    def _one_by_one(self, batch: Batch) -> tuple[Batch, list[Event], list[DeadRecord]]:
        good: list[tuple[int, Event]] = []
        dead: list[DeadRecord] = []
        for index, (sequence, key, data) in enumerate(zip(batch.sequences, batch.keys, batch.datas, strict=True)):
            event, error = self._try(key, data)
            if event is None:
                dead.append(DeadRecord(sequence, batch.arrived, key, data, error, attempts=1))
            else:
                good.append((index, event))
        kept = [index for index, _ in good]
        events = [event for _, event in good]
        return _pick(batch, kept)._replace(keys=list(map(self._key_of, events))), events, dead

    def _try(self, key: str, data: bytes) -> tuple[Event | None, str]:
        try:
            event = self._decode_leniently(data)
        except UNREADABLE as error:
            return None, one_line(str(error))
        own = self._key_of(event)
        if own != key and not self._any_key:
            return None, one_line(f"The partition key is {key!r}, but {self._key} is {own!r}; they must be the same.")
        if fault := names.name_fault(own, self._key):
            return None, one_line(fault)
        if own not in self._known and not self._is_inside(own):
            return None, one_line(ELSEWHERE.format(key=own))
        return event, ""

    def _decode_leniently(self, data: bytes) -> Event:
        """Decodes one record; accepts 6.0 for 6, because some writers make every number a float. Raises UNREADABLE."""
        try:
            return self._decode(data)
        except msgspec.ValidationError as error:
            if "got `float`" not in str(error):
                raise
        fields = msgspec.json.decode(data)
        for name in self._whole:
            if isinstance(value := fields.get(name), float):
                if not value.is_integer() or abs(value) > EXACT:
                    raise msgspec.ValidationError(f"{name} is {value}; it must be a whole number.")
                fields[name] = int(value)
        return msgspec.convert(fields, self._event)


def refuse(batch: Batch, indexes: Collection[int], reason: Callable[[str], str]) -> list[DeadRecord]:
    """Returns the records at these indexes as dead letters; `reason` turns a record's key into a sentence."""
    sequences, keys, datas = batch.sequences, batch.keys, batch.datas
    return [DeadRecord(sequences[at], batch.arrived, keys[at], datas[at], reason(keys[at]), 1) for at in indexes]


def _pick(batch: Batch, indexes: list[int]) -> Batch:
    if not indexes:
        return Batch(batch.arrived, [], [], [])
    pick: Callable[[Any], Any] = itemgetter(*indexes) if len(indexes) > 1 else lambda column: (column[indexes[0]],)
    return Batch(batch.arrived, pick(batch.sequences), list(pick(batch.keys)), list(pick(batch.datas)))


def padded(sequence: int) -> str:
    """Returns a sequence number as text that sorts in the order of the numbers."""
    return f"{sequence:0{SEQUENCE_DIGITS}}"
