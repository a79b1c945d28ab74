"""Defines how a shard advances: a worker holds its lease (HeldLease) and passes commits to a store."""

from collections.abc import Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from streams.core.hashing import HASH_SPACE
from streams.core.records import DeadRecord, Lost, StreamError
from streams.core.state import State, StateChange
from streams.core.state_log import StateLog

Results = TypeVar("Results")

REMEDY = "docs/monitoring.md says how to repair it"  # ends a sentence about a damaged lease


class HeldLease(NamedTuple):
    """Describes a lease for the worker that holds it. `counter` fences off former owners."""

    application: str
    stream: str
    shard: str
    owner: str
    counter: int
    checkpoint: str  # in the format of the shard's reader; see streams.engine.reading
    state: State
    watermark: int  # milliseconds
    hash_start: int = 0  # range of the hashes of the shard's keys; both bounds inclusive
    hash_end: int = HASH_SPACE - 1
    identity: str = ""  # the stream's identity
    damage: str = ""  # why the lease cannot be read, in a sentence; "" when it can
    log: StateLog | None = None  # only the store uses this field and …
    id: int = 0  # … this one, the number of the lease


class ReplayRequest(NamedTuple):
    """Holds a dead letter that an operator asked to have replayed."""

    id: int
    sequence: int
    key: str
    data: bytes


class Replay(NamedTuple):
    """Holds the outcome of a replayed dead letter: `error` is None if it was applied."""

    letter: ReplayRequest
    error: str | None = None


class Commit(NamedTuple, Generic[Results]):
    """Holds all changes of one step. They are stored together or not at all."""

    checkpoint: str
    watermark: int  # milliseconds: every record that arrived before is applied
    state: StateChange | None  # None if the stored state stays
    results: Results | None = None
    dead: Sequence[DeadRecord] = ()
    newest: int | None = None  # arrival of the newest applied record
    arrivals: dict[int, tuple[int, int]] = {}  # records and bytes by second
    replayed: Sequence[Replay] = ()  # dead letters tried again in this commit; they are not in `dead`
    unkept: int = 0  # dead records for which no letter could be stored; they are not in `arrivals`
    lost: Lost | None = None  # records that expired between the last checkpoint and this one


class LeaseLostError(Exception):
    """Means that another worker holds the shard now; nothing was committed."""


class RefusedError(Exception):
    """Means that these results cannot be stored or these records not processed. A retry would fail too."""


class StoreDownError(StreamError):
    """Means that the store did not answer. The operation may or may not have been done."""


class StoreDamagedError(StreamError):
    """Means that the store's file is damaged, so that a retry does not help."""


class LetterTakenError(Exception):
    """Means that the dead letter was replayed or discarded in the meantime; nothing was committed."""


class Store(Protocol[Results]):
    """Stores commits and states."""

    def commit(self, held: HeldLease, commit: Commit[Results]) -> None:
        """Stores the commit in one transaction.

        Raises LeaseLostError, LetterTakenError, StoreDownError, or RefusedError for bad data. A commit that fails
        changes nothing. If it had a state change, the caller must load the state again before the next commit.
        """

    def state(self, held: HeldLease) -> State:
        """Returns the last committed state. Raises LeaseLostError, StoreDownError, or ShardError if it is damaged."""

    def replace(self, held: HeldLease, state: State) -> None:
        """Stores a state in place of the held's, in one transaction. Raises the same errors as `commit`."""
