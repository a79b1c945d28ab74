"""Defines how results leave a worker: one phase before the transaction of a commit, and one inside it."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

Results_contra = TypeVar("Results_contra", contravariant=True)
Results = TypeVar("Results")
Prepared = TypeVar("Prepared")


class Sink(Protocol[Results_contra, Prepared]):
    """Stores the results of an application. The commit store calls it, in the worker, for each commit with results.

    Either phase may raise RefusedError, or ValueError or a DataError of the database, for results that it will never
    accept: the worker then finds and dead-letters the record at fault. Any failure to reach something is a
    StoreDownError; the worker tries again.
    """

    def prepare(self, results: Results_contra) -> Prepared:
        """Does the slow work and the work outside of the database, and returns the input of `write`.

        It is called once before each try of a commit, without a transaction and perhaps without the lease: another
        worker may have taken it, and the commit may still fail. So a file is written whole and synced, under a name
        that follows from its content or its place in the stream: the same results again give the same name. Files that
        no row of `write` names are left over; the sink's own janitor must remove them.
        """

    def write(self, stream: str, prepared: Prepared) -> None:
        """Stores results of a stream in the transaction that stores checkpoint and state; at most once a commit.

        It writes rows only: result tables, rows that name a prepared file, rows of an outbox that another process
        delivers later. Result rows have absolute values, so that writing one twice changes nothing. An outbox row has
        a unique key that follows from its records, for the same reason. `write` must not wait for anything but
        the database, since the lease and, on SQLite, all writers wait for it.
        """


class Rows(Generic[Results]):
    """Adapts a function to a Sink, for results that need no preparation: `write` stores them as rows."""

    def __init__(self, write: Callable[[str, Results], None]) -> None:
        self.write = write

    def prepare(self, results: Results) -> Results:
        return results
