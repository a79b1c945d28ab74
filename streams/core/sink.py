"""How results leave a worker: one phase before the transaction of a commit, and one inside."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

Results_contra = TypeVar("Results_contra", contravariant=True)
Results = TypeVar("Results")
Prepared = TypeVar("Prepared")


class Sink(Protocol[Results_contra, Prepared]):
    """Takes the results of an application. The commit store calls it, in the worker, for each commit with results.

    Either phase may raise RefusedError or ValueError, and `write` a DataError of the database, for results that it will
    never take: the record at fault is then found and dead-lettered. Any failure to reach something is a StoreDownError;
    the worker tries again.
    """

    def prepare(self, results: Results_contra) -> Prepared:
        """Does the slow part, and the part outside of the database; returns the input of `write`.

        It is called once before each try of a commit, without a transaction and perhaps without the lease: another
        worker may have taken it, and the commit may still fail. So a file is written whole and synced, under a name
        that follows from its content or its place in the stream: the same results again give the same name. A file
        that no row of `write` names is left over, and is for the sink's own janitor to remove.
        """

    def write(self, stream: str, prepared: Prepared) -> None:
        """Stores results of a stream in the transaction that stores checkpoint and state; at most once a commit.

        It writes rows only: result tables, rows that name a prepared file, rows of an outbox that something else
        delivers later. Result rows have absolute values, so that writing one twice changes nothing. An outbox row has
        a unique key that follows from the records it is about, for the same reason. It must not wait for anything but
        the database, since the lease and, on SQLite, all writers wait for it.
        """


class Rows(Generic[Results]):
    """A Sink of results that need no preparation: `write` stores them as rows."""

    def __init__(self, write: Callable[[str, Results], None]) -> None:
        self.write = write

    def prepare(self, results: Results) -> Results:
        return results
