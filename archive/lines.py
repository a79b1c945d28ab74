"""Writes records as lines of JSON, as `sql run --input` reads them: for a replay, and for the files beside Parquet."""

import gzip
from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import lru_cache

import msgspec

from streams.core import clock

ENDING = ".ndjson.gz"
FOLDER = "ndjson/"  # beside records/ and errors/, since readers of Parquet take each file of their folder
LEVEL = 3  # of gzip: twice as fast as its default, for a tenth more bytes
BEFORE_TEXT = b'" \t\r\n'  # bytes with which a text in JSON can begin
LATELY = 4096  # stamps and keys that are remembered, since they come again

_check = msgspec.json.Decoder(msgspec.Raw).decode


def lines(records: Iterable[tuple[int, str, bytes, str]]) -> Iterator[str]:
    """Yields a line for each record, given as its stamp in milliseconds, key, data and more fields of JSON, or "".

    The bytes of a record that is no JSON are in Base64.
    """
    stamp, quoted = lru_cache(LATELY)(clock.to_iso), lru_cache(LATELY)(lambda key: msgspec.json.encode(key).decode())
    for arrived, key, data, more in records:
        yield f'{{"arrived":"{stamp(arrived)}","key":{quoted(key)},{more}{_data(data)}}}\n'


def packed(shard: str, records: Iterable[tuple[int, int, int, str, bytes]]) -> bytes:
    """Returns the file of a shard's records: stamp, sequence number, place within an aggregate, key, data.

    The same records give the same bytes. Such files one after the other are one file of gzip (RFC 1952, 2.2).
    """
    name = msgspec.json.encode(shard).decode()
    placed = (
        (arrived, key, data, f'"shard":{name},"sequence":"{sequence}","sub":{sub},')
        for arrived, sequence, sub, key, data in records
    )
    return gzip.compress("".join(lines(placed)).encode(), LEVEL, mtime=0)


def path_beside(path: str) -> str:
    """Returns the path of the lines beside a file of Parquet."""
    stream, _, rest = path.partition("/")
    return f"{stream}/{FOLDER}{rest.removesuffix('.parquet')}{ENDING}"


def _data(data: bytes) -> str:
    try:
        _check(data)
        if data[0] in BEFORE_TEXT and data.lstrip().startswith(
            b'"'
        ):  # `sql run` reads a text in JSON as the text that it stands for
            return _base64(data)
        plain = msgspec.json.format(data, indent=-1) if b"\n" in data or b"\r" in data else data
        return f'"data":{plain.decode()}'
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _base64(data)


def _base64(data: bytes) -> str:
    return f'"data_base64":"{b64encode(data).decode()}"'
