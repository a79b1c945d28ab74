"""The parts that move a shard on: the held lease that allows it, the commit that does it, the store that keeps it."""

from collections.abc import Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from streams.core.hashing import HASH_SPACE
from streams.core.records import DeadRecord, Lost, StreamError
from streams.core.state import State, StateChange
from streams.core.state_log import StateLog

Results = TypeVar("Results")


class HeldLease(NamedTuple):
    """A lease as its owner holds it. `counter` fences off former owners."""

    application: str
    stream: str
    shard: str
    owner: str
    counter: int
    checkpoint: str  # as the reader of the shard writes it; see streams.engine.reading
    state: State
    watermark: int  # milliseconds; every record that arrived before it is applied
    hash_start: int = 0  # of the keys that the shard holds; both bounds inclusive
    hash_end: int = HASH_SPACE - 1
    identity: str = ""  # of the stream
    damage: str = ""  # why the lease cannot be read, in a sentence; "" when it can
    log: StateLog | None = None  # for the store alone, as is …
    id: int = 0  # … the number of the lease


class ReplayRequest(NamedTuple):
    """Is a dead letter that somebody asked to replay."""

    id: int
    sequence: int
    key: str
    data: bytes


class Replay(NamedTuple):
    """Is the outcome of a replay: `error` is None when the dead letter is applied."""

    letter: ReplayRequest
    error: str | None = None


class Commit(NamedTuple, Generic[Results]):
    """All that one step changes; it is stored whole or not at all."""

    checkpoint: str
    watermark: int  # milliseconds; every record that arrived before it is applied
    state: StateChange | None  # None where the state stays as it is stored
    results: Results | None = None
    dead: Sequence[DeadRecord] = ()
    newest: int | None = None  # arrival of the newest applied record
    arrivals: dict[int, tuple[int, int]] = {}  # records and bytes by second
    replayed: Sequence[Replay] = ()  # dead letters tried again in this commit; they are not in `dead`
    unkept: int = 0  # records counted as dead of which no letter could be kept; they are not in `arrivals`
    lost: Lost | None = None  # records that expired between the checkpoint before and this one


class LeaseLostError(Exception):
    """Another worker holds the shard now; nothing was committed."""


class RefusedError(Exception):
    """These results cannot be stored, or these records not processed; the same will fail again."""


class StoreDownError(StreamError):
    """The store did not answer; whether what it was asked was done is not known."""


class StoreDamagedError(StreamError):
    """The store's file is damaged: asking again does not help."""


class LetterTakenError(Exception):
    """The dead letter was replayed or discarded meanwhile; nothing was committed."""


class Store(Protocol[Results]):
    """Where commits go."""

    def commit(self, grant: HeldLease, commit: Commit[Results]) -> None:
        """In one transaction. Raises LeaseLostError, LetterTakenError, StoreDownError, or RefusedError for bad data.

        A commit that fails changes nothing, but the next one needs the state to be loaded again if it changes it.
        """

    def state(self, grant: HeldLease) -> State:
        """Loads the state that was last committed. Raises LeaseLostError, StoreDownError, ShardError for a damage."""

    def replace(self, grant: HeldLease, state: State) -> None:
        """Stores a state in place of the lease's, in one transaction. Raises what `commit` raises."""
