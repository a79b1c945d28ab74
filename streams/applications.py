"""Defines the contract of an application, and the registry in which each application enters itself.

An application is one Django app. Its `AppConfig.ready()` calls `register`; all code that works with applications by
name calls `find` and `names`. Nothing else in Millrace knows the list of applications.

This module imports nothing at run time, so that every layer may import it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from datetime import datetime
    from random import Random

    from django.db.models import Model, QuerySet

    from streams.coordination.listing import Inherit
    from streams.core.processor import Decoder, Processor
    from streams.core.sink import Sink
    from streams.core.state import State
    from streams.engine.watermarks import SetBack
    from streams.sources.base import Source

Row = dict[str, Any]  # one row of a report: JSON values by name


class UnknownNameError(LookupError):
    """Means that no application or source has that name; the message is a sentence that lists the known names."""


def _no_options(parser: ArgumentParser) -> None:
    """Adds no options."""


def _no_configuration() -> None:
    """Returns nothing: the processor needs no input but records."""


def _keep_all(now: datetime) -> Mapping[type[Model], QuerySet[Any]]:
    """Returns no rows: the application has no tables that grow."""
    return {}


@dataclass(frozen=True, kw_only=True)
class SourceKind:
    """Describes a source of records; `manage.py produce NAME` makes it."""

    # The word on the command line, and the stream that it writes to unless --stream names another.
    name: str
    help: str  # half a sentence for `manage.py produce --help`
    # Called once by `produce`, with the parsed options, the source of chance, and the time in milliseconds at which
    # made-up records begin. Raises SourceError, in a sentence, for options that it cannot use.
    open: Callable[[Mapping[str, Any], Random, int], Source]
    # Called once to build the command line; adds this source's own options.
    add_options: Callable[[ArgumentParser], None] = _no_options
    names_stream: bool = True  # False: the source has no stream of its own, so --stream is required
    rate: float | None = None  # records a second without --rate, 0 for no limit; None: the pace of `produce`
    makes_up: bool = True  # False: nothing is left to chance, so --seed is not offered
    has_pace: bool = False  # True: its records have times of their own (PacedSource), so --speed is offered


class Runner(Protocol):
    """Puts records by itself, because its positions are stored together with its records."""

    def step(self) -> bool:
        """Puts one batch; returns whether there was anything to put. Raises SourceError or StreamError."""

    def finished(self) -> bool:
        """Returns whether nothing more will come."""

    def in_words(self) -> list[str]:
        """Returns the lines that tell people, at the end, what was put."""

    def row(self) -> Row:
        """Returns the same as one JSON object, for --json."""


@dataclass(frozen=True, kw_only=True)
class RunnerKind:
    """Describes a source that puts by itself; `manage.py produce NAME` runs it with its own options only."""

    name: str
    help: str
    # Called once with the parsed options. Raises SourceError, in a sentence, for options that it cannot use.
    open: Callable[[Mapping[str, Any]], Runner]
    add_options: Callable[[ArgumentParser], None]


class Closing(Protocol):
    """Makes the lines that `manage.py consume` prints when windows close."""

    def closed(self, watermark: int) -> list[Row]:
        """Returns a row for each window that closed up to that millisecond and was not returned before, oldest first.

        The worker calls it about twice a second, outside of any transaction; it may ask the database.
        """

    def in_words(self, row: Row) -> list[str]:
        """Returns the lines that tell people of one row; with --json the row itself is printed."""


@dataclass(frozen=True, kw_only=True)
class Topic:
    """Describes a topic of the live pages; its version grows with each commit that changes the results."""

    # Called in the web processes at most once for each version: `build(now, stream=NAME)`. Returns the snapshot, JSON
    # values. A topic with `many` is a family, WORD:NAME, and is called `build(name, now, stream=NAME)`.
    build: Callable[..., dict[str, Any]]
    every: timedelta = timedelta(0)  # the shortest time between two builds
    staff: bool = False  # only staff may subscribe
    # For a family: `many(names, now, stream=NAME)` returns the snapshots of the existing names, in few queries.
    many: Callable[..., dict[str, dict[str, Any]]] | None = None


@dataclass(frozen=True, kw_only=True)
class Navigation:
    """Describes the link of an application in the frame of every page."""

    label: str
    url: str  # the name of the link's URL
    key: str  # one letter: "g", then this letter, follows the link; "s" is that of the streams page
    help: str  # for the list of keys: "go to the market"
    about: str = ""  # half a sentence for the page after sign-in
    pages: frozenset[str] = frozenset()  # names of URLs where the link is marked as the current page, besides `url`
    within: frozenset[str] = frozenset()  # names of URLs of pages below this one
    staff: bool = False


@dataclass(frozen=True, kw_only=True)
class Search:
    """Describes a search field in the frame of every page. It sends a GET request with the parameter `q`."""

    label: str  # "Find a ticker"
    placeholder: str
    url: str  # the name of the URL that receives the request


@dataclass(frozen=True, kw_only=True)
class Application:
    """Declares everything that Millrace needs from an application. Only the first seven fields are required."""

    # The word on the command line, the stream that it reads unless --stream names another, and the name under which
    # leases, dead letters and topic versions are stored: it never changes.
    name: str
    title: str  # for people: "Trades"
    # Decodes the bytes of a batch into events. Called for each batch; must hold no state but caches.
    decode: Decoder[Any]
    # Called in the worker for each shard that it leases, with the last committed state (empty for none). The processor
    # is pure: no Django, no clock, no I/O.
    build: Callable[[State], Processor[Any, Any]]
    # Stores the results: prepared before the transaction of a commit, and written inside it. `Rows(write)` is a sink
    # that only writes rows. streams.core.sink has the rules.
    sink: Sink[Any, Any]
    # Builds a child shard's first state from its parents' last states. Called once a child, in a transaction.
    inherit: Inherit
    # Returns a state without times later than a watermark. Called when a stream's clock was set back.
    set_back: SetBack
    # Called by the worker when a shard begins and before records, at most every 0.5 s; may ask the database. The value
    # goes to Processor.configure.
    configuration: Callable[[], Any] = _no_configuration
    source: SourceKind | None = None
    # `manage.py report NAME`: called with minutes back, and a stream or None for all; yields rows, oldest first.
    report: Callable[[int, str | None], Iterator[Row]] | None = None
    # Called once at the start of `manage.py consume`, with the stream and the watermark of then, in milliseconds.
    closing: Callable[[str, int | None], Closing] | None = None
    # Models with a field `stream` (first in an index), and the field that dates a row. The pages offer each stream that
    # has rows, even if no worker reads it any more.
    results: Sequence[tuple[type[Model], str]] = ()
    # The metric of closed windows: called by the exporter with a stream and two times; returns how many closed after
    # the first, up to the second.
    windows_closed: Callable[[str, datetime, datetime], int] | None = None
    # Called by the janitor, once a run: returns the rows to delete, by model. Each table is named.
    retention: Callable[[datetime], Mapping[type[Model], QuerySet[Any]]] = _keep_all
    topics: Mapping[str, Topic] = field(default_factory=dict)  # by name; a family by the word before the colon
    urls: str = ""  # the module with urlpatterns; it is included at the root, after Millrace's own addresses
    navigation: Navigation | None = None
    search: Search | None = None


RESERVED_KEYS = {"s"}  # "g", then "s", leads to the page of the streams
_registered: dict[str, Application] = {}
_topics: dict[str, tuple[str, Topic]] = {}  # (name of the application, topic) by topic name
_providers: list[tuple[Callable[[str], Application | None], Callable[[], list[str]]]] = []
_sources: dict[str, SourceKind] = {}  # those of no application
_runners: dict[str, RunnerKind] = {}


def register(application: Application) -> None:
    """Enters an application. Raises ValueError if a name, a topic, a source or a key is already taken."""
    for kind, mine, taken in (
        ("application", {application.name}, _registered.keys()),
        ("topic", application.topics.keys(), _topics.keys()),
        ("source", _source_names([application]), sources().keys() | _runners.keys()),
        ("key", _keys([application]), _keys(_registered.values()) | RESERVED_KEYS),
    ):
        if both := sorted(mine & taken):
            raise ValueError(f"The {kind} {both[0]!r} of the application {application.name!r} is registered already.")
    _registered[application.name] = application
    _topics.update({name: (application.name, topic) for name, topic in application.topics.items()})


def register_source(kind: SourceKind | RunnerKind) -> None:
    """Enters a source that belongs to no application. Raises ValueError if its name is already taken."""
    if kind.name in sources() or kind.name in _runners:
        raise ValueError(f"The source {kind.name!r} is registered already.")
    if isinstance(kind, SourceKind):
        _sources[kind.name] = kind
    else:
        _runners[kind.name] = kind


def provide(find: Callable[[str], Application | None], names: Callable[[], list[str]]) -> None:
    """Adds applications that are not code: `find` is called, each time anew, for a name that is not registered.

    They have no topics, addresses, sources or navigation of their own.
    """
    _providers.append((find, names))


def find(name: str) -> Application:
    """Returns the application of that name. Raises UnknownNameError."""
    if name in _registered:
        return _registered[name]
    for look_up, _ in _providers:
        if application := look_up(name):
            return application
    raise UnknownNameError(f"There is no application {name!r}. There are: {_listed(names())}.")


def is_known(name: str) -> bool:
    """Returns whether `find` has an application of that name: leases and letters outlive a removed application."""
    return name in _registered or any(look_up(name) for look_up, _ in _providers)


def names() -> list[str]:
    """Returns the names of all applications: those registered, in that order, then those provided."""
    return [*_registered, *(name for _, known in _providers for name in known())]


def registered() -> list[Application]:
    """Returns the applications that are code, in the order of the settings."""
    return list(_registered.values())


def sources() -> dict[str, SourceKind]:
    """Returns every source by its name."""
    return {each.source.name: each.source for each in _registered.values() if each.source} | _sources


def runners() -> dict[str, RunnerKind]:
    """Returns every source that puts by itself, by its name."""
    return dict(_runners)


def find_source(name: str) -> SourceKind:
    """Returns the source of that name. Raises UnknownNameError."""
    known = sources()
    if name not in known:
        raise UnknownNameError(f"There is no source {name!r}. There are: {_listed([*known])}.")
    return known[name]


def find_topic(name: str) -> tuple[str, Topic] | None:
    """Returns the topic or family of that name with its application's name; None if there is none."""
    return _topics.get(name)


def topic_names() -> list[str]:
    """Returns the names of all topics and families."""
    return list(_topics)


def _source_names(found: Any) -> set[str]:
    return {each.source.name for each in found if each.source}


def _keys(found: Any) -> set[str]:
    return {each.navigation.key for each in found if each.navigation}


def _listed(known: list[str]) -> str:
    return ", ".join(known) or "none"
