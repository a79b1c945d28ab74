"""Maps partition keys to shards like Kinesis: MD5 into a 128-bit space, which the shards divide into ranges.

Source: Amazon Kinesis API reference, PutRecord and CreateStream.
"""

import hashlib
from functools import lru_cache
from itertools import pairwise

HASH_SPACE = 1 << 128


@lru_cache(maxsize=65536)
def hash_key(partition_key: str) -> int:
    """Returns the hash of a partition key, a 128-bit number."""
    return int.from_bytes(hashlib.md5(partition_key.encode(), usedforsecurity=False).digest())


def even_ranges(count: int) -> list[tuple[int, int]]:
    """Divides the hash space into `count` ranges of nearly equal size; bounds are inclusive."""
    starts = [HASH_SPACE * index // count for index in range(count + 1)]
    return [(start, following - 1) for start, following in pairwise(starts)]
