"""Reads and writes the aggregated record format of the Kinesis Producer Library: many records in one Kinesis record.

    F3 89 9A C2, an AggregatedRecord as proto2, the 16 bytes of the MD5 of that proto2

    AggregatedRecord  1: partition keys, strings   2: explicit hash keys, strings   3: records
    Record            1: index of its partition key   2: index of its explicit hash key   3: data   4: tags

Source: awslabs/amazon-kinesis-producer, aggregation-format.md. Bytes that do not match it exactly are one plain record.
So is an aggregate of no records: otherwise it would vanish without a trace. So is one with a partition key that no
record may have: KPL writes none, and the readers of a stream rely on the bounds of keys.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from streams.core.hashing import HASH_SPACE, hash_key
from streams.core.names import MOST_KEY

MAGIC = b"\xf3\x89\x9a\xc2"
DIGEST = 16  # bytes
MAX_SUB_RECORDS = (1 << 20) - 1  # so that 20 bits number them
MAX_VARINT = 10  # bytes

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # the wire types of proto2, without its groups, which no writer uses
KEY_FIELD, HASH_FIELD, RECORD_FIELD = 0x0A, 0x12, 0x1A  # tags: a field's number times 8, and its wire type
KEY_INDEX, HASH_INDEX, DATA, TAG = 0x08, 0x10, 0x1A, 0x22
# Marks the first record of an aggregate if its writer checks where it landed and puts it again after a wrong shard.
CHECKED = b"\x0a\x08millrace"


class Aggregate(NamedTuple):
    """Holds the content of an aggregate, as parallel columns of equal length."""

    keys: list[str]
    datas: list[bytes]
    explicit: dict[int, int]  # explicit hashes, which replace the hash of the key, by the record's number
    checked: bool

    def belongs(self, hash_start: int, hash_end: int) -> bool:
        """Returns whether all its records belong to the shard of that range, bounds inclusive."""
        keys = set(self.keys)
        if self.explicit:
            keys = {key for number, key in enumerate(self.keys) if number not in self.explicit}
        hashes = chain(self.explicit.values(), map(hash_key, keys))
        return all(hash_start <= place <= hash_end for place in hashes)


class _MalformedError(Exception):
    """Means that the bytes do not follow the format."""


def aggregate_columns(keys: Sequence[str], datas: Sequence[bytes], *, checked: bool = False) -> bytes:
    """Packs columns of equal length as the data of one record.

    `checked` marks the record: its writer checks the shard in which it landed. There is no Python loop over records,
    which would take half of the time. Raises ValueError for more than MAX_SUB_RECORDS, or none.
    """
    if not 1 <= len(keys) <= MAX_SUB_RECORDS:
        raise ValueError(f"An aggregate has 1 to {MAX_SUB_RECORDS} records, not {len(keys)}.")
    table = {key: index for index, key in enumerate(dict.fromkeys(keys))}
    parts = [b""] * (2 * len(keys))
    parts[::2] = map(_head, map(table.__getitem__, keys), map(len, datas))
    parts[1::2] = datas
    if checked:
        mark = _field(TAG, CHECKED)
        parts[0] = _head(0, len(datas[0]), len(mark))
        parts[1] += mark
    body = b"".join([*(_field(KEY_FIELD, key.encode()) for key in table), *parts])
    return MAGIC + body + _md5(body)


def columns_in_shard(partition_key: str, data: bytes, hash_start: int, hash_end: int) -> tuple[list[str], list[bytes]]:
    """Returns the records in one record of the shard with that range, as columns: keys and data. Never raises.

    An aggregate with records of other shards was packed by an old map of the shards. KPL and AggregatingStream then put
    its records again: to read them here too would double them, and KCL drops all of it. So does this function if the
    aggregate has the mark of AggregatingStream. Without the mark it may be the only copy: it is returned as one plain
    record, for the dead letters.
    """
    packed = parse(data)
    if packed is None:
        return [partition_key], [data]
    if packed.belongs(hash_start, hash_end):
        return packed.keys, packed.datas
    return ([], []) if packed.checked else ([partition_key], [data])


def parse(data: bytes) -> Aggregate | None:
    """Returns the content of an aggregate; None for data that are not well-formed. Never raises."""
    result = _read(data)
    return result if isinstance(result, Aggregate) else None


def reason_for_plain(data: bytes) -> str:
    """Returns why data that begin as an aggregate stand for one plain record; "" for other data. Never raises.

    A well-formed aggregate stays whole only in a shard of another range, or in a stream that unpacks none.
    """
    result = _read(data)
    if isinstance(result, Aggregate):
        return (
            f"An aggregate of {len(result.keys)} records that was not unpacked. On Kinesis, some do not belong to"
            " this shard: it was packed for another map of the shards. The embedded stream unpacks none."
        )
    return result and f"An aggregate that cannot be unpacked: {result}."


def _read(data: bytes) -> Aggregate | str:
    """Returns the aggregate, or why the data are none: "" if they do not begin as one."""
    if not data.startswith(MAGIC):
        return ""
    body = data[len(MAGIC) : -DIGEST]
    if len(data) <= len(MAGIC) + DIGEST or _md5(body) != data[-DIGEST:]:
        return "its bytes and its MD5 do not agree"
    try:
        return _Parser(body).parse()
    except _MalformedError as error:
        return str(error) or "its fields are not those of the format"
    except UnicodeDecodeError:
        return "a partition key is not UTF-8"
    except IndexError:  # a key's index is too high, or the bytes end too soon
        return "it names a key that it does not hold, or ends too soon"


class _Parser:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self._keys: list[str] = []
        self._explicit: list[str] = []
        self._indices: list[int] = []  # index of each record's key
        self._places: dict[int, int] = {}  # index of the explicit hash key by record, for records with one
        self._datas: list[bytes] = []
        self._checked = False

    def parse(self) -> Aggregate:
        body, end, at = self._body, len(self._body), 0
        while at < end:
            at = self._short_records(self._short_keys(at))
            if at < end:
                tag, start, at = _read_field(body, at, end)
                self._take(tag, start, at)
        if not 1 <= len(self._indices) <= MAX_SUB_RECORDS:
            raise _MalformedError(f"it has {len(self._indices)} records, not 1 to {MAX_SUB_RECORDS}")
        if not all(1 <= len(key) <= MOST_KEY for key in self._keys):
            raise _MalformedError(f"a partition key has not 1 to {MOST_KEY} characters")
        keys, hashes = self._keys, [_explicit_hash(text) for text in self._explicit]
        explicit = {number: hashes[index] for number, index in self._places.items()}
        return Aggregate([keys[index] for index in self._indices], self._datas, explicit, self._checked)

    def _short_keys(self, at: int) -> int:
        """Parses keys of up to 127 bytes; returns the offset where it stopped."""
        body, end = self._body, len(self._body)
        while at < end and body[at] == KEY_FIELD and body[at + 1] <= 0x7F and (stop := at + 2 + body[at + 1]) <= end:
            self._keys.append(body[at + 2 : stop].decode())
            at = stop
        return at

    def _short_records(self, at: int) -> int:
        """Parses records of up to 16 kB in their usual form, which take most of the time; returns where it stopped."""
        body, end, indices, datas = self._body, len(self._body), self._indices, self._datas
        while at < end and body[at] == RECORD_FIELD:
            size, start = body[at + 1], at + 2
            if size > 0x7F:
                size, start = size & 0x7F | body[start] << 7, start + 1
            stop = start + size
            if stop > end or size > 0x3FFF or body[start] != KEY_INDEX:
                return at
            index, first = body[start + 1], start + 2
            if index > 0x7F:
                index, first = index & 0x7F | body[first] << 7, first + 1
            size = body[first + 1]
            if body[first] != DATA or index > 0x3FFF:
                return at
            first += 2
            if size > 0x7F:
                size, first = size & 0x7F | body[first] << 7, first + 1
            if first + size != stop:
                return at
            indices.append(index)
            datas.append(body[first:stop])
            at = stop
        return at

    def _take(self, tag: int, start: int, stop: int) -> None:
        if tag == KEY_FIELD:
            self._keys.append(self._body[start:stop].decode())
        elif tag == HASH_FIELD:
            self._explicit.append(self._body[start:stop].decode())
        elif tag == RECORD_FIELD:
            self._record(start, stop)

    def _record(self, at: int, end: int) -> None:
        body = self._body
        index: int | None = None
        data: bytes | None = None
        while at < end:
            tag, start, at = _read_field(body, at, end)
            if tag == KEY_INDEX:
                index, _ = _read_varint(body, start)
            elif tag == HASH_INDEX:
                self._places[len(self._indices)], _ = _read_varint(body, start)
            elif tag == DATA:
                data = body[start:at]
            elif tag == TAG and body[start:at] == CHECKED:
                self._checked = True
        if index is None or data is None:
            raise _MalformedError
        self._indices.append(index)
        self._datas.append(data)


def _explicit_hash(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 39 or int(text) >= HASH_SPACE:
        raise _MalformedError
    return int(text)


def _read_field(body: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Returns a field's tag, the start of its value, and its end."""
    tag, at = _read_varint(body, at)
    start = at
    if tag & 7 == VARINT:
        _, at = _read_varint(body, at)
    elif tag & 7 == BYTES:
        size, start = _read_varint(body, at)
        at = start + size
    elif tag & 7 in (FIXED64, FIXED32):
        at += 8 if tag & 7 == FIXED64 else 4
    else:
        raise _MalformedError
    if at > end or tag < 8:  # there is no field 0
        raise _MalformedError
    return tag, start, at


def _read_varint(body: bytes, at: int) -> tuple[int, int]:
    """Returns a number and the offset of its end. Raises IndexError if the bytes end first."""
    number = 0
    for shift in range(0, MAX_VARINT * 7, 7):
        byte = body[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number & 0xFFFFFFFFFFFFFFFF, at
    raise _MalformedError


@lru_cache(maxsize=1 << 14)
def _varint(number: int) -> bytes:
    octets = bytearray()
    while number > 0x7F:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    octets.append(number)
    return bytes(octets)


def _field(tag: int, value: bytes) -> bytes:
    return bytes([tag]) + _varint(len(value)) + value


@lru_cache(maxsize=1 << 14)  # few distinct heads occur
def _head(index: int, size: int, extra: int = 0) -> bytes:
    """Returns the bytes before a record's data of that size; `extra` bytes follow the data in the record."""
    inner = b"\x08%b\x1a%b" % (_varint(index), _varint(size))
    return b"\x1a%b%b" % (_varint(len(inner) + size + extra), inner)


def _md5(body: bytes) -> bytes:
    return hashlib.md5(body, usedforsecurity=False).digest()
