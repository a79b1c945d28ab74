"""Checks the size and key of records, and cuts puts into requests. Limits: Amazon Kinesis API reference, PutRecords."""

from collections.abc import Iterator, Sequence

from streams.core import names
from streams.core.records import Batch, InvalidRecordError, Page

MAX_RECORD = 1 << 20  # bytes, partition key included: Kinesis' default
LARGEST_RECORD = 10 << 20  # bytes: the most that UpdateMaxRecordSize allows
FEW = 4  # records that are checked sooner one by one


def check(key: str, data: bytes, most: int = MAX_RECORD) -> None:
    """Raises InvalidRecordError for a record that no shard would accept: of more than `most` bytes, key included."""
    if not isinstance(key, str) or not isinstance(data, bytes):
        raise InvalidRecordError("A record is a partition key (str) and its data (bytes).")
    if not 1 <= len(key) <= names.MOST_KEY:
        raise InvalidRecordError(names.key_fault(key))
    if (
        len(data) + 4 * len(key) > most and (size := len(data) + len(key.encode())) > most
    ):  # UTF-8: ≤ 4 bytes a character
        raise InvalidRecordError(f"The record with key {key!r} has {size} bytes with its key; the limit is {most}.")


def check_all(keys: Sequence[str], datas: Sequence[bytes], most: int = MAX_RECORD) -> int:
    """Checks many records, most of them small. Returns the bytes of the largest data. Raises InvalidRecordError."""
    if len(keys) > FEW and _have_types(keys, datas):
        largest = max(map(len, datas))
        if _are_small(list(map(len, keys)), largest, most):
            return largest
    for key, data in zip(keys, datas, strict=True):
        check(key, data, most)
    return max(map(len, datas), default=0)


def _have_types(keys: Sequence[str], datas: Sequence[bytes]) -> bool:
    return set(map(type, keys)) == {str} and set(map(type, datas)) == {bytes}


def _are_small(keys: list[int], largest: int, most: int) -> bool:
    """Returns whether no record can be refused, by the lengths of the keys and of the largest data."""
    return min(keys) >= 1 and max(keys) <= names.MOST_KEY and largest <= most - 4 * max(keys)  # UTF-8: ≤ 4 bytes each


def cuts(sizes: Sequence[int], records: int, size: int) -> Iterator[slice]:
    """Yields runs of at most `records` records and `size` bytes, by the sizes of the records; a larger one is alone."""
    for first in range(0, len(sizes), records):
        stop = min(first + records, len(sizes))
        if sum(sizes[first:stop]) > size:  # seldom
            held = 0
            for place in range(first, stop):
                if place > first and held + sizes[place] > size:
                    yield slice(first, place)
                    first, held = place, 0
                held += sizes[place]
        yield slice(first, stop)


def up_to(page: Page, size: int) -> Page:
    """Returns a page's first records, of at most `size` bytes but at least one; the whole page if it fits."""
    batches: list[Batch] = []
    for batch in page.batches:
        for place, data in enumerate(batch.datas):
            size -= len(data)
            if size < 0 and (place or batches):
                cut = [*batches, batch.slice(0, place)] if place else batches
                return page._replace(batches=cut, watermark=None, ended=False)
        batches.append(batch)
    return page
