"""How the leases of a stream are shared: plain arithmetic that every worker does alike."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from streams.core.hashing import hash_key


class Assignment(NamedTuple):
    """What a worker should hold, and what it holds."""

    target: int
    held: set[str]


def target_count(owner: str, members: Collection[str], leases: int) -> int:
    """How many leases are a member's: as many as any other's, or one more for the first in the order of their names."""
    each, over = divmod(leases, len(members))
    return each + (sorted(members).index(owner) < over)


def covers(hash_start: str, hash_end: str) -> Callable[[str], bool]:
    """Whether a partition key's hash lies between two bounds, hexadecimal and inclusive."""
    start, end = int(hash_start, 16), int(hash_end, 16)
    return lambda key: start <= hash_key(key) <= end
