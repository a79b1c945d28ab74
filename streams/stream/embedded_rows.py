"""How records stand in the rows of an embedded stream: up to 4,096 of a shard as one MessagePack blob."""

from typing import Any

import msgspec

from streams.records import Batch

BYTES_A_READ = 8 << 20  # of the rows of one page, give or take the last; Kinesis' pages have up to 10 MiB

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(tuple[list[str], list[bytes]]).decode


def page(rows: Any, first_wanted: int, limit: int, most: int) -> tuple[list[Batch], bool]:
    """Returns the batches of a cursor's rows, and whether those are all rows.

    Takes up to `limit` records and about `most` bytes, one row at least. A row is a first sequence number, an arrival
    and a blob.
    """
    batches: list[Batch] = []
    size = 0
    for first, arrived, blob in rows:
        keys, datas = decode(blob)
        batch = Batch(arrived, range(first, first + len(keys)), keys, datas).slice(max(0, first_wanted - first))
        batches.append(batch.slice(0, limit))
        limit -= len(batch.keys)
        size += len(blob)
        if limit <= 0 or size >= most:
            return batches, limit >= 0 and rows.fetchone() is None
    return batches, True
