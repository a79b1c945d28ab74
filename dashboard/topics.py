"""The topics of docs/protocol.md: the announcements that change them, and the functions that build their snapshots."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from dashboard.boards import topics as boards
from dashboard.boards.keeping import MOVES
from dashboard.site_topics import PULSE as PULSE
from dashboard.site_topics import Page as Page
from dashboard.site_topics import page_of
from streams import applications
from streams.core import topics
from streams.core.names import MOST_NAME


class Kind(NamedTuple):
    """A topic of one application, on any stream."""

    application: str
    build: Callable[..., dict[str, Any]]  # takes a time, and the keyword `stream`
    every: timedelta
    staff: bool
    many: Callable[..., dict[str, dict[str, Any]]] | None  # takes names, a time, and the keyword `stream`
    name: str


def find(topic: str) -> Page | None:
    """Returns the page of a topic; None for an unknown name.

    Reads no database: any name on any stream has a page, also one with a space at its ends, as older rows may have it.
    """
    if page := page_of(topic):
        return page
    if topic.startswith(boards.WORD):
        return _board(topic)
    name, stream = _split(topic)
    kind = _kind(name)
    if kind is None or stream == "":
        return None
    stream = stream or kind.application
    page = Page(topics.of(kind.application, stream), partial(kind.build, stream=stream), kind.every, staff=kind.staff)
    if kind.many is None:
        return page
    group = f"{topic.partition(':')[0]}@{stream}"
    return page._replace(name=kind.name, build_many=partial(kind.many, stream=stream), group=group)


def _board(topic: str) -> Page | None:
    """Returns the page of a board's topic, which is built for all of its viewers at once."""
    named = boards.parse(topic)
    if named is None:
        return None
    return Page(
        None,
        partial(boards.build, named),
        boards.EVERY,
        timedelta(seconds=MOVES),
        name=topic,
        build_many=partial(boards.build_many, named),
        group=topic,
        version_of=partial(boards.version, named),
        permits=partial(boards.permits, named),
    )


def belongs_to_none(topic: str) -> bool:
    """Returns whether a topic belongs to no application, so that it has no stream behind it."""
    return page_of(topic) is not None or topic.startswith(boards.WORD)


def is_name(topic: str) -> bool:
    """Returns whether this is the whole name of a page, without a stream behind it."""
    return _kind(topic) is not None


def on_stream(name: str, stream: str) -> str:
    """Returns the topic of a page on a stream, NAME or NAME@STREAM; raises KeyError for a name that is none.

    A name that holds an @ itself, as a ticker may, always has a stream behind it.
    """
    kind = _kind(name)
    if kind is None:
        raise KeyError(name)
    return name if stream == kind.application and "@" not in name else f"{name}@{stream}"


def reader(topic: str) -> tuple[str, str | None]:
    """Returns the application of a topic and the stream that it names, if any. Raises KeyError for an unknown topic."""
    name, stream = _split(topic)
    kind = _kind(name)
    if kind is None:
        raise KeyError(topic)
    return kind.application, stream


def _split(topic: str) -> tuple[str, str | None]:
    """Returns the parts before and behind the last @; no stream's name holds one."""
    name, at, stream = topic.rpartition("@")
    return (name, stream) if at else (topic, None)


def _kind(topic: str) -> Kind | None:
    """Returns the topic that an application registered under that name, or under the word before its colon."""
    word, colon, name = topic.partition(":")
    found = applications.find_topic(word)
    if found is None:
        return None
    application, registered = found
    build = registered.build
    if registered.many is not None:
        if not (1 <= len(name) <= MOST_NAME and name.isprintable()):
            return None
        build = partial(build, name)
    elif colon:
        return None
    return Kind(application or name, build, registered.every, registered.staff, registered.many, name)
