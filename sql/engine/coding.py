"""Encodes values and rows for an operator's state: msgpack, with exact decimals, whole numbers of any size and rows.

msgpack has no decimals, no whole number beyond 64 bits and no tuple apart from a list, so that these three are
extensions. An outer list or tuple comes back as a list.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

DECIMAL, WHOLE, ROW = 1, 2, 3
MIXED = frozenset({Decimal, tuple})  # types that msgspec would write in another form

_encode = msgspec.msgpack.Encoder().encode


def pack(values: Iterable[Any]) -> bytes:
    """Returns the bytes of a list of values. A tuple among them is one value, a list may hold values of any kind."""
    values = list(values)
    if _is_plain(values):
        try:
            return _encode(values)
        except OverflowError:
            pass
    return _encode([_plain(value) for value in values])


def _is_plain(values: list[Any]) -> bool:
    """Returns whether msgspec writes the values, and those of the lists among them, as they come back."""
    kinds = set(map(type, values))
    return MIXED.isdisjoint(kinds) and (
        list not in kinds or all(_is_plain(value) for value in values if type(value) is list)
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return msgspec.msgpack.Ext(DECIMAL, str(value).encode())
    if isinstance(value, tuple):
        return msgspec.msgpack.Ext(ROW, pack(value))
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, int) and value.bit_length() > 63:
        return msgspec.msgpack.Ext(WHOLE, str(value).encode())
    return value


def _restored(code: int, data: memoryview) -> Any:
    if code == ROW:
        return tuple(unpack(bytes(data)))
    text = bytes(data).decode()
    return Decimal(text) if code == DECIMAL else int(text)


_decode = msgspec.msgpack.Decoder(list[Any], ext_hook=_restored).decode


def unpack(data: bytes) -> list[Any]:
    """Returns the values of `pack`."""
    return _decode(data)


def pack_rows(rows: list[tuple[Any, ...]]) -> bytes:
    """Returns the bytes of rows of one length."""
    return pack([len(rows[0]) if rows else 0, *(value for row in rows for value in row)])


def unpack_rows(data: bytes) -> list[tuple[Any, ...]]:
    """Returns the rows of `pack_rows`."""
    width, *values = unpack(data)
    return list(zip(*[iter(values)] * width, strict=True)) if width else []


PART = 64 << 10  # bytes; a history row must fit into a segment of a state


def packed_parts(values: list[Any]) -> Iterable[bytes]:
    """Yields the values in parts of at most about PART bytes each, unless one value is larger; none for no values."""
    data = pack(values)
    if len(data) <= PART or len(values) == 1:
        return [data] if values else []
    middle = len(values) // 2
    return [*packed_parts(values[:middle]), *packed_parts(values[middle:])]


def row_parts(rows: list[tuple[Any, ...]]) -> Iterable[bytes]:
    """Yields rows in parts of at most about PART bytes each, unless one row is larger; none for no rows."""
    data = pack_rows(rows)
    if len(data) <= PART or len(rows) == 1:
        return [data] if rows else []
    middle = len(rows) // 2
    return [*row_parts(rows[:middle]), *row_parts(rows[middle:])]
