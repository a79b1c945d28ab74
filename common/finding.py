"""Asks every room of the site for its things that a text names: streams, boards, tickers, people, pages.

A room registers a finder; nobody else knows the room. A finder answers only with what the person may see.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from msgspec import Struct

MOST_TEXT = 100  # characters that are looked for; the rest is cut off


class Hit(Struct, frozen=True):
    """Is one thing that was found, for people."""

    kind: str  # "stream", "ticker": one word or two, in the singular
    title: str
    url: str  # an address of this site
    about: str = ""  # half a sentence


class Person(Protocol):
    """Is the user who searches, as finders need them."""

    pk: Any
    is_staff: bool
    is_superuser: bool


# Called with a text without spaces at its ends, which may be empty, the person, and the most hits that are wanted. The
# answer takes a bounded number of queries. A thing with exactly this name is among the first hits.
Finder = Callable[[str, Person, int], Iterable[Hit]]
_finders = dict[str, Finder]()


def register(room: str, finder: Finder) -> None:
    """Enters the finder of a room. Raises ValueError if the room has one already."""
    if room in _finders:
        raise ValueError(f"The room {room!r} has a finder already.")
    _finders[room] = finder


def find(text: str, person: Person, each: int) -> list[Hit]:
    """Returns the hits of all finders, at most `each` of one finder, the best first.

    A title that is the text comes before one that begins with it, has a word that does, or only holds it.
    """
    hits = [hit for finder in _finders.values() for hit in [*finder(text, person, each)][:each]]
    return sorted(hits, key=lambda hit: rank(text, hit.title))  # stable: the finders' own order within a rank


def exact(text: str, hits: Iterable[Hit]) -> Hit | None:
    """Returns the first hit with the text as its title, in any case; None if none or several kinds have it."""
    found = [hit for hit in hits if rank(text, hit.title) == 0]
    return found[0] if len({hit.kind for hit in found}) == 1 else None


def rank(text: str, title: str) -> int:
    """Returns how well a title fits, 0 for the best."""
    wanted, folded = text.casefold(), title.casefold()
    if folded == wanted:
        return 0
    if folded.startswith(wanted):
        return 1
    if any(word.startswith(wanted) for word in folded.split()):
        return 2
    return 3 if wanted in folded else 4


def fits(text: str, *names: str) -> bool:
    """Returns whether each word of the text begins one of the names' words, in any case. An empty text fits all."""
    words = " ".join(names).casefold().split()
    return all(any(word.startswith(wanted) for word in words) for wanted in text.casefold().split())
