"""Finds percentiles by the nearest rank: each is a value that occurred."""


def nearest_rank(percent: int, count: int) -> int:
    """Returns the place, from 1, of a percentile among so many sorted values."""
    return -(-percent * count // 100)
