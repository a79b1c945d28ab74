"""Stand-ins that pass the contract suites of what they stand for."""

from collections.abc import Sequence

from streams import clock
from streams.hashing import even_ranges, hash_key
from streams.records import (
    SHARD_END,
    Batch,
    Description,
    Entry,
    From,
    InvalidRecordError,
    Page,
    Position,
    Shard,
    StreamError,
    StreamExistsError,
    StreamNotFoundError,
)
from streams.stream.embedded_clock import Look, Reading


class FakeClock:
    """A clock that moves when told to, in milliseconds."""

    def __init__(self, start: int = clock.from_iso("2026-11-22T14:00:00Z")) -> None:
        self.time = start

    def __call__(self) -> int:
        return self.time

    def advance(self, milliseconds: int) -> int:
        self.time += milliseconds
        return self.time


class FakeMachine:
    """The clocks of a machine: time since boot, and a wall clock that can be set. All in milliseconds."""

    def __init__(self, start: int = clock.from_iso("2026-11-22T14:00:00Z")) -> None:
        self.true = start
        self.ahead = 0  # of the wall clock
        self._booted = start
        self._boots = 0

    def __call__(self) -> Reading:
        return Reading(f"boot-{self._boots}", self.true - self._booted, self.true + self.ahead)

    def with_clock_ahead(self, milliseconds: int) -> Look:
        """The clocks as one process sees them whose wall clock is wrong."""
        return lambda: self()._replace(wall=self.true + milliseconds)

    def advance(self, milliseconds: int) -> int:
        self.true += milliseconds
        return self.true

    def reboot(self) -> None:
        self._boots += 1
        self._booted = self.true


class MemoryStream:
    """A stream in a list, for tests of what stands on streams."""

    def __init__(self, name: str = "trades", now: clock.Clock = clock.now) -> None:
        self.name = name
        self._now = now
        self._shards: list[Shard] = []
        self._records: dict[str, list[tuple[int, int, str, bytes]]] = {}  # sequence, arrived, key, data by shard
        self._sequence = 0
        self._arrived = 0

    def create(self, shards: int = 1) -> None:
        if self._shards:
            raise StreamExistsError(f"There is a stream {self.name!r} already.")
        self._shards = [Shard(f"shardId-{i:012}", *bounds) for i, bounds in enumerate(even_ranges(shards))]
        self._records = {shard.id: [] for shard in self._shards}

    def describe(self) -> Description:
        self._must_exist()
        shards = [shard._replace(records=len(self._records[shard.id])) for shard in self._shards]
        return Description(self.name, "ACTIVE", 24, shards)

    def put(self, entries: Sequence[Entry]) -> None:
        self.put_located(entries)

    def put_located(self, entries: Sequence[Entry]) -> list[str]:
        """As put; the shard that each entry is in."""
        for key, data in entries:
            if not isinstance(key, str) or not isinstance(data, bytes) or not 1 <= len(key) <= 256 or not _is_text(key):
                raise InvalidRecordError("A partition key has 1 to 256 characters.")
            if len(data) + len(key.encode()) > 1 << 20:
                raise InvalidRecordError("The record is larger than 1048576 bytes.")
        self._must_exist()
        self._arrived = max(self._arrived, self._now())
        shards = [self._shard_of(key) for key, _ in entries]
        for shard, (key, data) in zip(shards, entries, strict=True):
            self._sequence += 1
            self._records[shard].append((self._sequence, self._arrived, key, data))
        return shards

    def now(self) -> int:
        return max(self._now(), self._arrived)

    def read(self, shard: str, position: Position, limit: int) -> Page:
        self._must_exist()
        if shard not in self._records:
            raise StreamError(f"No shard {shard!r}.")
        if position.kind == From.LATEST:
            raise StreamError("Reading cannot start at latest.")
        wanted = [record for record in self._records[shard] if _reaches(record, position)]
        tip = len(wanted) <= limit
        closed = not next(found.open for found in self._shards if found.id == shard)
        return Page(_batches(wanted[:limit]), self._now() - 1000 if tip else None, ended=tip and closed)

    def split(self, shard: str, at: int | None = None) -> None:
        parent = self._open(shard)
        at = (parent.hash_start + parent.hash_end + 1) // 2 if at is None else at
        if not parent.hash_start < at <= parent.hash_end:
            raise StreamError(f"Shard {shard!r} cannot be split at {at}.")
        self._replace([parent], [(parent.hash_start, at - 1), (at, parent.hash_end)])

    def merge(self, shard: str, neighbour: str) -> None:
        parents = [self._open(shard), self._open(neighbour)]
        low, high = sorted(parents, key=lambda parent: parent.hash_start)
        if low.hash_end + 1 != high.hash_start:
            raise StreamError(f"Shards {shard!r} and {neighbour!r} do not touch.")
        self._replace(parents, [(low.hash_start, high.hash_end)])

    def sequence_text(self, sequence: int) -> str:
        return str(sequence)

    def delete(self) -> None:
        self._must_exist()
        self._shards, self._records = [], {}

    def _shard_of(self, key: str) -> str:
        return next(
            shard.id for shard in self._shards if shard.open and shard.hash_start <= hash_key(key) <= shard.hash_end
        )

    def _open(self, name: str) -> Shard:
        self._must_exist()
        found = next((shard for shard in self._shards if shard.id == name and shard.open), None)
        if found is None:
            raise StreamError(f"There is no open shard {name!r}.")
        return found

    def _replace(self, parents: list[Shard], ranges: list[tuple[int, int]]) -> None:
        self._shards = [shard._replace(open=shard.open and shard not in parents) for shard in self._shards]
        for bounds in ranges:
            child = Shard(f"shardId-{len(self._shards):012}", *bounds, tuple(parent.id for parent in parents))
            self._shards.append(child)
            self._records[child.id] = []

    def _must_exist(self) -> None:
        if not self._shards:
            raise StreamNotFoundError(f"There is no stream {self.name!r}.")


def _is_text(key: str) -> bool:
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True


def _reaches(record: tuple[int, int, str, bytes], position: Position) -> bool:
    if position == SHARD_END:
        return False
    if position.kind == From.AT_TIMESTAMP:
        return record[1] >= position.value
    return record[0] > position.value


def _batches(records: list[tuple[int, int, str, bytes]]) -> list[Batch]:
    batches: list[Batch] = []
    for sequence, arrived, key, data in records:
        if not batches or batches[-1].arrived != arrived:
            batches.append(Batch(arrived, [], [], []))
        batches[-1].sequences.append(sequence)  # type: ignore[attr-defined]  # ours is a list
        batches[-1].keys.append(key)
        batches[-1].datas.append(data)
    return batches
