"""What a record may be, and how many go together. Source of the limits: Amazon Kinesis API reference, PutRecords."""

from collections.abc import Iterator, Sequence
from itertools import islice

from streams.core import names
from streams.core.records import Entry, InvalidRecordError

MAX_RECORD = 1 << 20  # bytes, partition key included: Kinesis' default


def check(key: str, data: bytes) -> None:
    """Raises InvalidRecordError for what no shard would take."""
    if not isinstance(key, str) or not isinstance(data, bytes):
        raise InvalidRecordError("A record is a partition key (str) and its data (bytes).")
    if not 1 <= len(key) <= names.MOST_KEY:
        raise InvalidRecordError(names.key_fault(key))
    if len(data) + 4 * len(key) > MAX_RECORD and (size := len(data) + len(key.encode())) > MAX_RECORD:  # UTF-8 has ≤ 4
        raise InvalidRecordError(
            f"The record with key {key!r} has {size} bytes with its key; the limit is {MAX_RECORD}."
        )


def check_all(keys: Sequence[str], datas: Sequence[bytes]) -> None:
    """The same of many, most of them small. Raises InvalidRecordError."""
    known = set(map(type, keys)) <= {str} and set(map(type, datas)) <= {bytes}
    if known and max(map(len, datas), default=0) <= MAX_RECORD - 4 * names.MOST_KEY:  # 4 bytes a character at most
        for key in set(keys):
            check(key, b"")
    else:
        for key, data in zip(keys, datas, strict=True):
            check(key, data)


def pieces(entries: list[Entry], records: int, size: int) -> Iterator[list[Entry]]:
    """Entries in runs of at most so many records and bytes of data; a record larger than that stands alone."""
    rest = iter(entries)
    while piece := list(islice(rest, records)):
        if sum(len(data) for _, data in piece) <= size:  # as a rule
            yield piece
        else:
            yield from _by_size(piece, size)


def _by_size(entries: list[Entry], limit: int) -> Iterator[list[Entry]]:
    piece: list[Entry] = []
    size = 0
    for entry in entries:
        if piece and size + len(entry[1]) > limit:
            yield piece
            piece, size = [], 0
        piece.append(entry)
        size += len(entry[1])
    if piece:
        yield piece
