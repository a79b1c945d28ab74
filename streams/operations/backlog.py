"""Counts the records that wait behind the checkpoints of an application."""

from collections.abc import Mapping
from typing import Protocol

from streams.core.records import TRIM_HORIZON, WHOLE, Description, Position, ShardError, parse_checkpoint


class Counting(Protocol):
    """Is a stream that can count its records without reading them. Every method may raise StreamError."""

    def describe(self) -> Description: ...

    def count_from(self, shard: str, position: Position) -> int:
        """Returns the number of records that a shard holds from a position on."""


def waiting(stream: Counting, checkpoints: Mapping[str, str]) -> tuple[dict[str, int], str]:
    """Returns the records by lease, and a sentence that names the leases with a damaged checkpoint, "" for none.

    A shard without a lease yet counts whole, under its own name; a shard with a damaged lease is left out.
    """
    shards = [shard.id for shard in stream.describe().shards]
    asked = {WHOLE: shards} if WHOLE in checkpoints else {shard: [shard] for shard in shards}
    found: dict[str, int] = {}
    damaged: list[str] = []
    for lease, mine in asked.items():
        try:
            known, other = parse_checkpoint(checkpoints.get(lease, str(TRIM_HORIZON)))
            found[lease] = sum(stream.count_from(shard, known.get(shard, other)) for shard in mine)
        except (ValueError, ShardError):
            damaged.append(lease)
    names = ", ".join(damaged)
    return found, f"The lease is damaged: {names}. docs/monitoring.md says how to repair it." if damaged else ""
