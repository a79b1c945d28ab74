"""Keeps the topics that belong to the whole site, and to no application. Other rooms enter theirs with `add`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from common.later import later

Build = Callable[[datetime], dict[str, Any]]


class Page(NamedTuple):
    """A topic: the TopicVersion that grows when it may have changed, and the function that builds its snapshot.

    Without a `version_topic` the snapshot is built by time: every `every`, with the second as its version.
    """

    version_topic: str | None
    build: Build
    every: timedelta = timedelta(0)  # it need not be built more often
    moves: timedelta = timedelta(0)  # nor more often if only time has passed; only with `version_of`
    staff: bool = False  # only staff may see it
    # For a topic of one ticker or site: its name, and the function that builds many at once and omits unknown ones.
    name: str = ""
    build_many: Callable[[Sequence[str], datetime], dict[str, dict[str, Any]]] | None = None
    group: str = ""  # topics of one group are built together
    # In place of `version_topic`: returns the version from all versions, and the seconds since 1970.
    version_of: Callable[[Mapping[str, int], float], int] | None = None
    permits: Callable[[int], bool] | None = None  # whether the user of an id may see it


PULSE = "pulse"
_site = {PULSE: Page(None, later("dashboard.progress:pulse"), every=timedelta(seconds=2))}


def add(topic: str, page: Page) -> None:
    """Enters a topic of the whole site. Raises ValueError for one that is there already."""
    if topic in _site:
        raise ValueError(f"The topic {topic!r} is registered already.")
    _site[topic] = page


def of_site() -> list[str]:
    """Returns the topics that belong to no application."""
    return [*_site]


def page_of(topic: str) -> Page | None:
    """Returns the page of a topic of the site; None for any other one."""
    return _site.get(topic)
