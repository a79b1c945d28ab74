"""Defines how applications tell their final results, and the contract of the followers that hear of them.

A follower is called in the transaction of each commit, so that it can store its findings with the results that caused
them. Its findings follow from the records alone: an observation is told once its row is final, in the order of time.

This module imports nothing at run time, so that every layer may import it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from streams.core.commits import Commit, HeldLease


class Observation(NamedTuple):
    """Holds one final row of an output. Rows of one output and key come in the order of their times.

    A row is told `Dataset.delay` milliseconds after its time, when no record can change it any more, and exactly once.
    """

    output: str  # the part of the dataset's name behind the slash
    time: int  # milliseconds
    values: Mapping[str, Any]  # text, a number, or None, by the column's name
    place: str = ""  # tells rows of one time apart, such as the sequence number of the row's last record
    version: int | None = None  # of the application that made the row, for an application in SQL
    partition: Sequence[str] = ()  # the columns that hold the partition key, where `Dataset.partition` does not say it


class OwnEpisode(NamedTuple):
    """Describes an episode that an application found by itself, in absolute values. Times are in milliseconds."""

    key: str
    place: str  # with the key it names the episode for ever, as the sequence number of its first record does
    started: int
    ended: int | None
    level: float
    value: float  # that began it
    peak: float
    calls: int
    notices: int
    suppressed: int


class OwnNotice(NamedTuple):
    """Describes a notification that an application calls for by itself."""

    key: str
    at: int  # milliseconds
    value: float
    suppressed: int  # calls that were held back since the one before


class OwnFindings(NamedTuple):
    """Holds the episodes that began, changed or ended in a step, and the notifications of that step.

    The episode of a notification is among the episodes.
    """

    episodes: Sequence[OwnEpisode]
    notices: Sequence[OwnNotice]


# Called with the results of a step and the names of the outputs that are wanted; yields their final rows.
Observe = Callable[[Any, Collection[str]], Iterable[Observation]]


class Follower(Protocol):
    """Follows the commits of one application on one stream, in one worker."""

    def prepare(self, held: HeldLease, commit: Commit[Any]) -> Any:
        """Returns the input of `write`; None if there is nothing to write. It is called without a transaction.

        The time moves on to `commit.watermark` only where `commit.state` is not None: the processor was not told of the
        time of other commits.
        """

    def write(self, prepared: Any) -> None:
        """Stores the findings, in the transaction of the commit."""

    def forget(self, held: HeldLease) -> None:
        """Drops everything remembered of a lease: the commit failed."""
