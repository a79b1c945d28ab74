"""Computes how many leases each worker holds: plain arithmetic with the same result in every worker."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from streams.core.hashing import hash_key


class Assignment(NamedTuple):
    """Says how many leases a worker should hold (`target`), and which shards it holds."""

    target: int
    held: set[str]


def target_count(owner: str, members: Collection[str], leases: int) -> int:
    """Returns a member's number of leases.

    All members have the same number; the first ones in the order of their names have one more if there is a remainder.
    """
    each, over = divmod(leases, len(members))
    return each + (sorted(members).index(owner) < over)


def covers(hash_start: str, hash_end: str) -> Callable[[str], bool]:
    """Returns a function: does a partition key's hash lie between the two bounds, hexadecimal and inclusive?"""
    start, end = int(hash_start, 16), int(hash_end, 16)
    return lambda key: start <= hash_key(key) <= end
