"""Stand-ins that pass the contract suites of what they stand for."""

from collections.abc import Sequence

from streams import clock
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
from streams.stream.hashing import even_ranges, hash_key


class FakeClock:
    """A clock that moves when told to, in milliseconds."""

    def __init__(self, start: int = clock.from_iso("2026-11-22T14:00:00Z")) -> None:
        self.time = start

    def __call__(self) -> int:
        return self.time

    def advance(self, milliseconds: int) -> int:
        self.time += milliseconds
        return self.time


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
        for key, data in entries:
            if not isinstance(key, str) or not isinstance(data, bytes) or not 1 <= len(key) <= 256 or not _is_text(key):
                raise InvalidRecordError("A partition key has 1 to 256 characters.")
            if len(data) + len(key.encode()) > 1 << 20:
                raise InvalidRecordError("The record is larger than 1048576 bytes.")
        self._must_exist()
        self._arrived = max(self._arrived, self._now())
        for key, data in entries:
            self._sequence += 1
            self._records[self._shard_of(key)].append((self._sequence, self._arrived, key, data))

    def read(self, shard: str, position: Position, limit: int) -> Page:
        self._must_exist()
        if shard not in self._records:
            raise StreamError(f"No shard {shard!r}.")
        if position.kind == From.LATEST:
            raise StreamError("Reading cannot start at latest.")
        wanted = [record for record in self._records[shard] if _reaches(record, position)]
        tip = len(wanted) <= limit
        return Page(_batches(wanted[:limit]), self._now() - 1000 if tip else None, ended=False)

    def delete(self) -> None:
        self._must_exist()
        self._shards, self._records = [], {}

    def _shard_of(self, key: str) -> str:
        return next(shard.id for shard in self._shards if shard.hash_start <= hash_key(key) <= shard.hash_end)

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
