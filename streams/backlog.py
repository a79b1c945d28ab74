"""How many records wait behind the checkpoints of an application."""

from collections.abc import Mapping
from typing import Protocol

from streams.reading import places
from streams.records import TRIM_HORIZON, WHOLE, Description, Position


class Counting(Protocol):
    """A stream that can count what it holds without reading it. Every method may raise StreamError."""

    def describe(self) -> Description: ...

    def count_from(self, shard: str, position: Position) -> int:
        """Records that a shard holds from a position on."""


def waiting(stream: Counting, checkpoints: Mapping[str, str]) -> dict[str, int]:
    """Records by lease, whose checkpoint as text is given; shards without a lease yet, by their own names, whole."""
    shards = [shard.id for shard in stream.describe().shards]
    if WHOLE in checkpoints:
        known, other = places(checkpoints[WHOLE])
        return {WHOLE: sum(stream.count_from(shard, known.get(shard, other)) for shard in shards)}
    found = {shard: Position.parse(checkpoints.get(shard, str(TRIM_HORIZON))) for shard in shards}
    return {shard: stream.count_from(shard, position) for shard, position in found.items()}
