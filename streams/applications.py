"""Defines the contract of an application, and the registry in which each application enters itself.

An application is one Django app. Its `AppConfig.ready()` calls `register`; all code that works with applications by
name calls `find` and `names`. Nothing else in Millrace knows the list of applications.

This module imports nothing of ours at run time but the parts of a declaration, so that every layer may import it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from streams.declarations import Asked as Asked
from streams.declarations import Closing as Closing
from streams.declarations import Dataset as Dataset
from streams.declarations import Delivery as Delivery
from streams.declarations import Figure as Figure
from streams.declarations import Gather as Gather
from streams.declarations import Navigation as Navigation
from streams.declarations import Row as Row
from streams.declarations import Runner as Runner
from streams.declarations import RunnerKind as RunnerKind
from streams.declarations import SourceKind as SourceKind
from streams.declarations import Topic as Topic
from streams.observations import Follower, Observe, OwnFindings

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Model, QuerySet

    from streams.coordination.listing import Inherit
    from streams.core.commits import HeldLease
    from streams.core.processor import EventDecoder, Processor
    from streams.core.records import Record
    from streams.core.sink import Sink
    from streams.core.state import State
    from streams.engine.watermarks import SetBack


class UnknownNameError(LookupError):
    """Means that no application or source has that name; the message is a sentence that lists the known names."""


def _no_configuration() -> None:
    """Returns nothing: the processor needs no input but records."""


def _keep_all(now: datetime) -> Mapping[type[Model], QuerySet[Any]]:
    """Returns no rows: the application has no tables that grow."""
    return {}


class Application(Struct, frozen=True, kw_only=True):
    """Declares everything that Millrace needs from an application. Only the first seven fields are required."""

    # The word on the command line, the stream that it reads unless --stream names another, and the name under which
    # leases, dead letters and topic versions are stored: it never changes.
    name: str
    title: str  # for people: "Trades"
    # Decodes the bytes of a batch into events. Called for each batch; must hold no state but caches.
    decode: EventDecoder[Any]
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
    # The stream that it reads unless --stream names another; "" for the one of its own name.
    stream: str = ""
    # One worker at a time holds the whole stream, as with `consume --whole-stream`: for keys that are in any shard.
    whole: bool = False
    # In place of `build`, for results that name their lease.
    build_at: Callable[[HeldLease], Callable[[State], Processor[Any, Any]]] | None = None
    # Commits are few and large; the records of one wait in memory. None: each read is a commit.
    gather: Callable[[], Gather] | None = None
    # Called by the worker when a shard begins and before records, at most every 0.5 s; may ask the database. The value
    # goes to Processor.configure.
    configuration: Callable[[], Any] = _no_configuration
    source: SourceKind | None = None
    # `manage.py report NAME`: called with minutes back, and a stream or None for all; yields rows, oldest first.
    report: Callable[[int, str | None], Iterator[Row]] | None = None
    # `manage.py report NAME --output … --from … --to …`: yields rows in the order of time.
    report_range: Callable[[Asked], Iterator[Row]] | None = None
    # Called by `manage.py consume` with the stream; the answer is called between commits, about twice a second, and
    # again at once while it returns True.
    deliver: Callable[[str], Delivery] | None = None
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
    datasets: Callable[[], Sequence[Dataset]] = tuple  # that boards show
    # Yields the final rows of the outputs that rules watch: those whose dataset has a `delay`.
    observe: Observe | None = None
    # Returns the episodes that the application finds by itself, and their notifications.
    episodes: Callable[[Any], OwnFindings] | None = None
    urls: str = ""  # the module with urlpatterns; it is included at the root, after Millrace's own addresses
    navigation: Navigation | None = None


class Provider(Struct, frozen=True, kw_only=True):
    """Declares applications that are rows of a table and not code, and the pages that they share."""

    find: Callable[[str], Application | None]  # called each time anew, for a name that is not registered
    names: Callable[[], list[str]]
    datasets: Callable[[], list[Dataset]] = list  # called each time anew
    # Families only: of WORD:NAME, the application is NAME, and `many` is called with the names of applications.
    topics: Mapping[str, Topic] = field(default_factory=dict)
    retention: Callable[[datetime], Mapping[type[Model], QuerySet[Any]]] = _keep_all  # as that of an application
    figures: Callable[[], Iterable[Figure]] = tuple  # called by the exporter for each scrape
    not_growing: Mapping[type[Model], str] = field(default_factory=dict)  # models without retention, and the reason
    urls: str = ""
    navigation: Navigation | None = None
    # Yields records that a stream may no longer hold, from a time until before another, in milliseconds, by arrival and
    # then by sequence number. Raises StreamError.
    past: Callable[[str, int, int], Iterator[Record]] | None = None


RESERVED_KEYS = {"b", "s"}  # "g", then "b" or "s", leads to the boards or to the streams
_registered: dict[str, Application] = {}
_topics: dict[str, tuple[str, Topic]] = {}  # (name of the application, topic) by topic name; "" for a provider's
_providers: list[Provider] = []
_sources: dict[str, SourceKind] = {}  # those of no application
_runners: dict[str, RunnerKind] = {}
# Called with an application, its stream, whether one lease covers the whole stream, and a clock in seconds.
MakeFollower = Callable[[Application, str, bool, Callable[[], float]], Follower]
_followers: list[MakeFollower] = []


def register(application: Application) -> None:
    """Enters an application. Raises ValueError if a name, a topic, a source or a key is already taken."""
    for kind, mine, taken in (
        ("application", {application.name}, _registered.keys()),
        ("topic", application.topics.keys(), _topics.keys()),
        ("source", _source_names([application]), sources().keys() | _runners.keys()),
        ("key", _keys([application]), _keys(shown()) | RESERVED_KEYS),
    ):
        _refuse_taken(mine & taken, kind, f" of the application {application.name!r}")
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


def provide(provider: Provider) -> None:
    """Enters a provider. Raises ValueError if a topic or a key is already taken, or a topic is no family."""
    _refuse_taken(provider.topics.keys() & _topics.keys(), "topic")
    _refuse_taken(_keys([provider]) & (_keys(shown()) | RESERVED_KEYS), "key")
    if single := [name for name, topic in provider.topics.items() if topic.many is None]:
        raise ValueError(f"The topic {single[0]!r} of a provider must be a family: it needs `many`.")
    _providers.append(provider)
    _topics.update({name: ("", topic) for name, topic in provider.topics.items()})


def follow(make: MakeFollower) -> None:
    """Enters a function that makes a follower for each worker."""
    _followers.append(make)


def followers(application: Application, stream: str, monotonic: Callable[[], float], *, whole: bool) -> list[Follower]:
    """Returns the followers of an application on a stream, for one worker."""
    return [make(application, stream, whole, monotonic) for make in _followers]


def _refuse_taken(both: Any, kind: str, of: str = "") -> None:
    if both:
        raise ValueError(f"The {kind} {min(both)!r}{of} is registered already.")


def find(name: str) -> Application:
    """Returns the application of that name. Raises UnknownNameError."""
    if application := look_up(name):
        return application
    raise UnknownNameError(f"There is no application {name!r}. There are: {_listed(names())}.")


def look_up(name: str) -> Application | None:
    """Returns the application of that name; None if it was removed: leases and letters outlive it."""
    if name in _registered:
        return _registered[name]
    return next(filter(None, (provider.find(name) for provider in _providers)), None)


def is_known(name: str) -> bool:
    """Returns whether `find` has an application of that name."""
    return look_up(name) is not None


def names() -> list[str]:
    """Returns the names of all applications: those registered, in that order, then those provided."""
    return [*_registered, *(name for provider in _providers for name in provider.names())]


def stream_of(name: str) -> str:
    """Returns the stream that an application reads unless another is named."""
    found = look_up(name)
    return found.stream or name if found else name


def registered() -> list[Application]:
    """Returns the applications that are code, in the order of the settings."""
    return list(_registered.values())


def shown() -> list[Application | Provider]:
    """Returns all that may have pages, a link and rows to remove: applications that are code, then providers."""
    return [*_registered.values(), *_providers]


def provided() -> list[Provider]:
    """Returns the providers."""
    return list(_providers)


def past_records(stream: str, start: int, end: int) -> list[Iterator[Record]]:
    """Returns the records of a stream that each provider keeps; see Provider.past."""
    return [each.past(stream, start, end) for each in _providers if each.past]


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


def datasets() -> list[Dataset]:
    """Returns every dataset: those of applications that are code, then those of providers."""
    found = [each for application in registered() for each in application.datasets()]
    return found + [each for provider in _providers for each in provider.datasets()]


def find_topic(name: str) -> tuple[str, Topic] | None:
    """Returns the topic or family of that name, and its application's name; None if there is none.

    The name is "" for a family of a provider: its topics belong to the applications that they name.
    """
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
