"""Asks every room of the site for events that explain a curve: alarms, new versions, re-shardings, changed thresholds.

A room registers a marker; nobody else knows the room.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from msgspec import Struct

MOST = 20  # marks on a page
EACH = 4  # of each kind before any other: a flood of alarms would hide the change that explains it


class Mark(Struct, frozen=True):
    """Is one event on a time axis."""

    at: int  # milliseconds
    until: int | None  # for an event that lasts; None for a moment
    kind: str  # one word or two, for people
    text: str  # a sentence without its full stop
    url: str = ""  # of this site; "" for none
    about: str = ""  # the only thing that it is about, as a site: charts of another one do not show it
    staff: bool = False  # only staff may see it
    stream: str = ""  # on a page with charts of several streams: charts of another one do not show it


# Called with a stream and two times in milliseconds; answers the newest marks of that time, at most MOST.
Marker = Callable[[str, int, int], Iterable[Mark]]
Question = tuple[Any, Sequence[Any]]  # one of streams.models.kept, and its values
# Called as a marker is; answers its questions: without a row of any of them it has no mark.
Asks = Callable[[str, int, int], Sequence[Question]]


class Room(NamedTuple):
    """Holds the marker of a room; `staff` says that only staff may see its marks."""

    marker: Marker
    asks: Asks
    staff: bool = False


_rooms = dict[str, Room]()


def register(name: str, marker: Marker, asks: Asks, *, staff: bool = False) -> None:
    """Enters the marker of a room. Raises ValueError if the room has one already."""
    if name in _rooms:
        raise ValueError(f"The room {name!r} has a marker already.")
    _rooms[name] = Room(marker, asks, staff)


def marks(
    stream: str, start: int, end: int, *, staff: bool, answered: Callable[[Sequence[Question]], Sequence[bool]]
) -> list[Mark]:
    """Returns the newest marks of a stream from `start` to before `end`, at most MOST, in the order of time.

    `answered` says which questions have a row: most rooms have nothing to mark, and one look tells that of all.
    """
    rooms = [room for room in _rooms.values() if staff or not room.staff]
    asked = [(room, question) for room in rooms for question in room.asks(stream, start, end)]
    answers = answered([question for _, question in asked])
    markers = dict.fromkeys(room.marker for (room, _), has in zip(asked, answers, strict=True) if has)
    return newest(mark for marker in markers for mark in marker(stream, start, end) if staff or not mark.staff)


def newest(found: Iterable[Mark]) -> list[Mark]:
    """Returns the newest marks, at most MOST, in the order of time; the newest EACH of a kind come before others."""
    ordered = sorted(found, key=_order, reverse=True)
    of_kind = Counter[str]()
    ranked = []
    for mark in ordered:
        of_kind[mark.kind] += 1
        ranked.append((of_kind[mark.kind] > EACH, mark))
    return sorted((mark for _, mark in sorted(ranked, key=lambda each: each[0])[:MOST]), key=_order)


def _order(mark: Mark) -> tuple[int, str, str]:
    return mark.at, mark.kind, mark.text
