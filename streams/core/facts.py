"""Defines the facts about a stream that pages show. None stands for a fact that the service does not tell."""

from typing import NamedTuple


class Minute(NamedTuple):
    """Counts the records that arrived in one minute, and their bytes without keys."""

    minute: int  # minutes since 1970, by the stream's own time
    records: int
    size: int  # bytes


class Counted(NamedTuple):
    """Counts the records of one shard."""

    held: int
    ever: int  # those that expired included
    open: bool


class Facts(NamedTuple):
    """Describes one stream in a list of many."""

    name: str
    now: int  # the stream's own time, in milliseconds
    newest: int | None = None  # when its newest record arrived, in milliseconds; 0 if none ever did
    last: Minute | None = None  # the last whole minute; the mean one of a stream that is younger
    open_shards: int | None = None
    closed_shards: int | None = None
    records: int | None = None  # that it holds
    tip: int = 0  # differs once a record has been put
    shards: dict[str, Counted] | None = None  # None if there are too many to be listed


class Listed(NamedTuple):
    """Holds the streams of a service that have a text in their names, as many as a page shows."""

    streams: list[Facts]
    total: int  # those beyond the page included
    trouble: str = ""  # a sentence if the service did not answer


class History(NamedTuple):
    """Holds the arrivals of a stream, minute by minute. A minute that is left out had none."""

    since: int | None  # the first minute that is known, in minutes since 1970; None if none is
    minutes: list[Minute]
    until: int  # the minute that has not ended
    why: str = ""  # a sentence if the service does not tell them
