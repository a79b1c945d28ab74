"""Partition keys to shards, as Kinesis does it: MD5 into a 128-bit space that the shards divide into ranges.

Source: Amazon Kinesis API reference, PutRecord and CreateStream.
"""

import hashlib
from functools import lru_cache
from itertools import pairwise

HASH_SPACE = 1 << 128


@lru_cache(maxsize=65536)
def hash_key(partition_key: str) -> int:
    """The 128-bit number of a partition key."""
    return int.from_bytes(hashlib.md5(partition_key.encode(), usedforsecurity=False).digest())


def even_ranges(count: int) -> list[tuple[int, int]]:
    """The space in `count` ranges of nearly equal size, bounds inclusive."""
    starts = [HASH_SPACE * index // count for index in range(count + 1)]
    return [(start, following - 1) for start, following in pairwise(starts)]
