"""What computes results from the records of one shard: no Django, no clock, no I/O."""

from collections.abc import Callable, Collection, Sequence
from operator import itemgetter
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from streams import names
from streams.records import Batch, DeadRecord

Event = TypeVar("Event")
Results_co = TypeVar("Results_co", covariant=True)
SEQUENCE_DIGITS = 64  # Kinesis' sequence numbers have up to 56


class Processor(Protocol[Event, Results_co]):
    """The state of one shard. Time is the arrival time of records and, at the tip of a quiet shard, `advance`."""

    def add(self, batch: Batch, events: list[Event]) -> Sequence[DeadRecord]:
        """Applies records, oldest first, and returns those that it refuses because a bound is reached.

        When it raises an error, the record at fault is found and dead-lettered.
        """

    def advance(self, clock: int) -> None:
        """No record still to come arrived before this millisecond."""

    def take(self) -> Results_co | None:
        """What changed since the last call, in absolute values; None for nothing."""

    def snapshot(self) -> bytes:
        """The state, to start again from."""


class Decoder(Generic[Event]):
    """The bytes of records as events; what is malformed is told apart, so that the rest goes on.

    A record whose partition key is not its event's own key is refused too: a key's windows live in one shard, so
    under another key its counts would be split in silence.
    """

    def __init__(self, event: type[Event], key: str, key_of: Callable[[Event], str]) -> None:
        self._event = event
        self._decode = msgspec.json.Decoder(event).decode
        self._key = key
        self._key_of = key_of
        self._any_key = False

    def under_any_key(self) -> "Decoder[Event]":
        """For whoever sees the whole stream: records may have any partition key; their events' own take its place."""
        decoder = Decoder(self._event, self._key, self._key_of)
        decoder._any_key = True
        return decoder

    def __call__(self, batch: Batch) -> tuple[Batch, list[Event], list[DeadRecord]]:
        """The good part of the batch, its events, and the refused."""
        try:
            events = list(map(self._decode, batch.datas))
        except (msgspec.DecodeError, RecursionError):
            return self._one_by_one(batch)
        keys = list(map(self._key_of, events))
        if (keys != batch.keys and not self._any_key) or not all(map(names.is_name, set(keys))):
            return self._one_by_one(batch)
        return batch._replace(keys=keys), events, []

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
            event = self._decode(data)
        except (msgspec.DecodeError, RecursionError) as error:
            return None, str(error)
        own = self._key_of(event)
        if own != key and not self._any_key:
            return None, f"The partition key is {key!r}, but {self._key} is {own!r}; they must be the same."
        if fault := names.name_fault(own, self._key):
            return None, fault
        return event, ""


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
