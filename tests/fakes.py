"""Stand-ins that pass the contract suites of the real parts."""

from collections.abc import Sequence

from msgspec.structs import replace

from streams.backends.embedded.own_clock import Look, Reading
from streams.core import clock
from streams.core.hashing import even_ranges, hash_key
from streams.core.records import (
    SHARD_END,
    Batch,
    Description,
    Entry,
    From,
    InvalidRecordError,
    Page,
    Position,
    Shard,
    ShardGoneError,
    StreamError,
    StreamExistsError,
    StreamNotFoundError,
)


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
        """Returns the clocks as seen by a process with a wrong wall clock."""
        return lambda: replace(self(), wall=self.true + milliseconds)

    def advance(self, milliseconds: int) -> int:
        self.true += milliseconds
        return self.true

    def reboot(self) -> None:
        self._boots += 1
        self._booted = self.true


class MemoryStream:
    """A stream in a list, for tests of code that uses streams."""

    def __init__(self, name: str = "trades", now: clock.Clock = clock.now) -> None:
        self.name = name
        self._now = now
        self._shards: list[Shard] = []
        self._records: dict[str, list[tuple[int, int, str, bytes]]] = {}  # sequence, arrived, key, data by shard
        self._sequence = 0
        self._arrived = 0
        self._made = 0
        self._trimmed: dict[str, int] = {}  # records by shard
        self._dropped: dict[str, int] = {}

    def create(self, shards: int = 1) -> None:
        if self._shards:
            raise StreamExistsError(f"There is a stream {self.name!r} already.")
        self._shards = [Shard(f"shardId-{i:012}", *bounds) for i, bounds in enumerate(even_ranges(shards))]
        self._records = {shard.id: [] for shard in self._shards}
        self._made += 1
        self._trimmed, self._dropped = {}, {}

    @property
    def _identity(self) -> str:
        return f"memory:{self._made}"

    def trim(self, shard: str, count: int) -> None:
        """Drops a shard's oldest records, as retention does."""
        del self._records[shard][:count]
        self._trimmed[shard] = self._trimmed.get(shard, 0) + count

    def drop(self, shard: str) -> None:
        """Drops a closed shard with its records, as retention does."""
        self._dropped[shard] = self._trimmed.get(shard, 0) + len(self._records.pop(shard))
        self._shards = [found for found in self._shards if found.id != shard]

    def describe(self) -> Description:
        self._must_exist()
        shards = [shard._replace(records=len(self._records[shard.id])) for shard in self._shards]
        return Description(self.name, "ACTIVE", 24, shards, self._identity, dict(self._dropped))

    def put(self, entries: Sequence[Entry]) -> None:
        self.put_located(entries)

    def put_located(self, entries: Sequence[Entry]) -> list[str]:
        """As put; the shard that each entry is in."""
        for key, data in entries:
            if not isinstance(key, str) or not isinstance(data, bytes) or not 1 <= len(key) <= 256 or not _is_text(key):
                raise InvalidRecordError("A partition key has 1 to 256 characters.")
            if len(data) + len(key.encode()) > 1 << 20:
                raise InvalidRecordError("The record is larger than 1048576 bytes.")
        return self._append(entries, [hash_key(key) for key, _ in entries])

    def put_hashed(self, key: str, data: bytes, explicit: int) -> None:
        """Puts one record by Kinesis' ExplicitHashKey, in place of the hash of its key."""
        self._append([(key, data)], [explicit])

    def _append(self, entries: Sequence[Entry], hashes: Sequence[int]) -> list[str]:
        self._must_exist()
        self._arrived = max(self._arrived, self._now())
        shards = [self._shard_of(place) for place in hashes]
        for shard, (key, data) in zip(shards, entries, strict=True):
            self._sequence += 1
            self._records[shard].append((self._sequence, self._arrived, key, data))
        return shards

    def now(self) -> int:
        return max(self._now(), self._arrived)

    def read(self, shard: str, position: Position, limit: int) -> Page:
        self._must_exist()
        if shard not in self._records:
            raise ShardGoneError(f"No shard {shard!r}.")
        if position.kind == From.LATEST:
            raise StreamError("Reading cannot start at latest.")
        wanted = [record for record in self._records[shard] if _reaches(record, position)]
        tip = len(wanted) <= limit
        closed = not next(found.open for found in self._shards if found.id == shard)
        begins = self._trimmed.get(shard, 0) + len(self._records[shard]) - len(wanted)
        watermark = self._now() - 1000 if tip else None
        return Page(_batches(wanted[:limit]), watermark, tip and closed, self._identity, begins)

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

    def _shard_of(self, place: int) -> str:
        return next(shard.id for shard in self._shards if shard.open and shard.hash_start <= place <= shard.hash_end)

    def _open(self, name: str) -> Shard:
        self._must_exist()
        found = next((shard for shard in self._shards if shard.id == name and shard.open), None)
        if found is None:
            raise StreamError(f"There is no open shard {name!r}.")
        return found

    def _replace(self, parents: list[Shard], ranges: list[tuple[int, int]]) -> None:
        self._shards = [shard._replace(open=shard.open and shard not in parents) for shard in self._shards]
        for bounds in ranges:
            number = int(self._shards[-1].id.partition("-")[2]) + 1
            child = Shard(f"shardId-{number:012}", *bounds, tuple(parent.id for parent in parents))
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
