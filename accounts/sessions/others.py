"""Keeps the lists of other doors that stand on the sessions page, such as display links; their rooms register them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from accounts.models import User


class Door(NamedTuple):
    """Describes a way in that a person opened: where it leads, and the address that closes it by POST."""

    label: str
    about: str
    made: datetime
    ends: datetime
    used: datetime | None
    close: str


class Doors(NamedTuple):
    """Describes one kind of such ways in, and lists those of a person that are open."""

    title: str
    says: str
    of: Callable[[User], Sequence[Door]]


_kinds: list[Doors] = []


def register(kind: Doors) -> None:
    """Enters a kind, once."""
    if kind.title not in [each.title for each in _kinds]:
        _kinds.append(kind)


def of(user: User) -> list[tuple[Doors, Sequence[Door]]]:
    """Returns the kinds of which a person has open ones."""
    return [(kind, found) for kind in _kinds if (found := kind.of(user))]
