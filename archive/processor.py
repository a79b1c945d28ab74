"""Passes the records of a shard on as they are, for the archive's files."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from streams.core.processor import EventDecoder
from streams.core.records import Batch, DeadRecord
from streams.core.state import EMPTY, State, StateChange


class Place(NamedTuple):
    """Names a shard of one stream; another stream that was made under its name has another identity."""

    stream: str
    identity: str
    shard: str


class Gathered(NamedTuple):
    """Holds the records of one commit."""

    place: Place
    batches: list[Batch]
    sub_bits: int = 0  # of a sequence number: the lowest ones, which number the records of an aggregate


class AsTheyAre(EventDecoder[bytes]):
    """Decodes nothing: any bytes under any key, in any shard, are a record of the archive."""

    def __call__(self, batch: Batch) -> tuple[Batch, list[bytes], list[DeadRecord]]:
        return batch, batch.datas, []


class ArchiveProcessor:
    """Collects the records of a commit. It has no state: the checkpoint says all."""

    def __init__(self, place: Place, sub_bits: int = 0) -> None:
        self._place = place
        self._sub_bits = sub_bits
        self._batches: list[Batch] = []

    def configure(self, settings: object) -> None:
        """Takes nothing."""

    def add(self, batch: Batch, events: list[bytes]) -> Sequence[DeadRecord]:
        self._batches.append(batch)
        return []

    def advance(self, watermark: int) -> None:
        """Does nothing: no file waits for a time of the stream."""

    def take(self) -> Gathered | None:
        batches, self._batches = self._batches, []
        return Gathered(self._place, batches, self._sub_bits) if batches else None

    def changes(self) -> StateChange:
        return StateChange()


def inherit(states: Sequence[State], owns: Callable[[str], bool], watermark: int | None = None) -> State:
    """Returns the empty state: a child shard has nothing to take over."""
    return EMPTY


def set_back(state: State, watermark: int) -> State:
    """Returns the state as it is: it has no times."""
    return state
