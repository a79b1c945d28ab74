"""Processors compute results from the records of one shard: no Django, no clock, no I/O."""

from collections.abc import Callable, Collection, Sequence
from operator import attrgetter, itemgetter
from typing import Annotated, Any, Generic, Protocol, TypeVar

import msgspec

from streams.core import names
from streams.core.hashing import HASH_SPACE, hash_key
from streams.core.records import Batch, DeadRecord
from streams.core.state import StateChange
from streams.core.storable import one_line

Event = TypeVar("Event")
Results_co = TypeVar("Results_co", covariant=True)
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=names.MOST_NAME)]  # the type of an event's key
SEQUENCE_DIGITS = 64  # Kinesis' sequence numbers have up to 56
MOST_KNOWN = 65_536  # keys that a decoder remembers as good
ELSEWHERE = (
    "The record lies in another shard than that of its partition key {key!r}: it was put with an explicit hash key. "
    "Counts of one key are not kept in two shards. Put records without explicit hash keys, or read the stream with "
    "consume --whole-stream; a replay applies this record where its key belongs."
)
# What msgspec raises for bytes that are no event. Text that is not UTF-8 is no DecodeError of its own.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
EXACT = 2.0**53  # whole numbers up to here are exact as a float


class Processor(Protocol[Event, Results_co]):
    """Computes the results of one shard. Time is the arrival time of records and, on a quiet shard, the watermark.

    When a commit fails, the processor is thrown away, and another is built from the state that was last committed.
    """

    def configure(self, settings: Any) -> None:
        """Takes the application's configuration, whenever it has changed. Does nothing unless it is overridden."""
        return None  # noqa: RET501 - a Protocol's method without a body would be abstract

    def add(self, batch: Batch, events: list[Event]) -> Sequence[DeadRecord]:
        """Applies records, oldest first, and returns those that it refuses because a bound is reached.

        When it raises an error, the record at fault is found and dead-lettered.
        """

    def advance(self, watermark: int) -> None:
        """Moves the time on: every record that arrived before this millisecond has been added."""

    def take(self) -> Results_co | None:
        """Returns the results that changed since the last call, as absolute values; None for nothing."""

    def changes(self) -> StateChange:
        """Returns the part of the state that changed since the last call. It takes time for that part alone."""


class Decoder(Generic[Event]):
    """Makes events of the bytes of records, and tells the malformed ones apart, so that the rest goes on.

    `event` is a msgspec.Struct, and `key` the attribute of it that is the partition key, of type Name:
    `decode = Decoder(Reading, "device")`. Raises ValueError where the struct has no such field.

    A record whose partition key is not its event's own key is refused too, and so is one that lies in another shard
    than its key's, as explicit hash keys put it: a key's windows live in one shard, so its counts would be split in
    silence. Each distinct key is looked at once, and remembered.
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
        self._key = written[key]  # as it is written in records
        self._key_of: Callable[[Event], str] = attrgetter(key)
        self._any_key = False
        self._range = (0, HASH_SPACE - 1)
        self._known: set[str] = set()  # keys that are names and lie in the range

    def under_any_key(self) -> "Decoder[Event]":
        """Makes a decoder for a whole stream: a record may have any partition key; its event's own takes its place."""
        decoder = Decoder(self._event, self._attribute)
        decoder._any_key = True
        return decoder

    def within(self, hash_start: int, hash_end: int) -> "Decoder[Event]":
        """Makes a decoder for one shard, which holds the keys whose hashes lie between these bounds, inclusive."""
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
        if (keys != batch.keys and not self._any_key) or not self._are_good(keys):
            return self._one_by_one(batch)
        return batch._replace(keys=keys), events, []

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
        """Decodes one record; takes 6.0 for 6, as some writers have every number a float. Raises UNREADABLE."""
        try:
            return self._decode(data)
        except msgspec.ValidationError as error:
            if "got `float`" not in str(error):
                raise
        found = msgspec.json.decode(data)
        for name in self._whole:
            if isinstance(value := found.get(name), float):
                if not value.is_integer() or abs(value) > EXACT:
                    raise msgspec.ValidationError(f"{name} is {value}; it must be a whole number.")
                found[name] = int(value)
        return msgspec.convert(found, self._event)


def refuse(batch: Batch, indexes: Collection[int], reason: Callable[[str], str]) -> list[DeadRecord]:
    """Returns the records at these indexes as dead letters; `reason` makes a sentence of a record's key."""
    sequences, keys, datas = batch.sequences, batch.keys, batch.datas
    return [DeadRecord(sequences[at], batch.arrived, keys[at], datas[at], reason(keys[at]), 1) for at in indexes]


def _pick(batch: Batch, indexes: list[int]) -> Batch:
    if not indexes:
        return Batch(batch.arrived, [], [], [])
    pick: Callable[[Any], Any] = itemgetter(*indexes) if len(indexes) > 1 else lambda column: (column[indexes[0]],)
    return Batch(batch.arrived, pick(batch.sequences), list(pick(batch.keys)), list(pick(batch.datas)))


def padded(sequence: int) -> str:
    """A sequence number as text that sorts as the number does."""
    return f"{sequence:0{SEQUENCE_DIGITS}}"
