"""Asks every room of the site for its page about a thing that another room's page is about, such as a ticker.

A room registers a function for a kind of thing; nobody else knows the room. Applications do not import each other.
"""

from collections.abc import Callable
from typing import NamedTuple


class Related(NamedTuple):
    """Is a link to the page of another room about the same thing."""

    text: str  # for people: "Daily bars"
    url: str


# Called with the name of a thing; answers None if the room has no page about it. It takes a bounded number of queries.
Finder = Callable[[str], Related | None]
_finders = dict[str, dict[str, Finder]]()  # by kind, then by room


def register(kind: str, room: str, finder: Finder) -> None:
    """Enters the finder of a room. Raises ValueError if the room has one for the kind already."""
    rooms = _finders.setdefault(kind, {})
    if room in rooms:
        raise ValueError(f"The room {room!r} has a finder for {kind!r} already.")
    rooms[room] = finder


def related(kind: str, name: str, but: str = "") -> list[Related]:
    """Returns the links of all rooms for a thing, without those of the room `but`."""
    found = [finder(name) for room, finder in _finders.get(kind, {}).items() if room != but]
    return [link for link in found if link]
