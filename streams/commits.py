"""What moves a shard on: the lease that allows it, the commit that does it, the store that keeps it."""

from typing import Generic, NamedTuple, Protocol, TypeVar

from streams.records import DeadRecord, Position

Results = TypeVar("Results")


class Grant(NamedTuple):
    """A lease as its owner holds it. `counter` fences off former owners."""

    application: str
    stream: str
    shard: str
    owner: str
    counter: int
    checkpoint: Position
    state: bytes
    clock: int  # milliseconds


class Commit(NamedTuple, Generic[Results]):
    """All that one step changes; it is stored whole or not at all."""

    checkpoint: Position
    clock: int  # milliseconds: everything that arrived before is applied
    state: bytes
    results: Results | None
    dead: list[DeadRecord]
    newest: int | None  # arrival of the newest applied record
    arrivals: dict[int, tuple[int, int]]  # records and bytes by second


class LeaseLostError(Exception):
    """Another worker holds the shard now; nothing was committed."""


class RefusedError(Exception):
    """These results cannot be stored, or these records not processed; the same will fail again."""


class Store(Protocol[Results]):
    """Where commits go."""

    def commit(self, grant: Grant, commit: Commit[Results]) -> None:
        """In one transaction. Raises LeaseLostError, or RefusedError when the data is at fault."""
