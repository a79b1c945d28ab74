"""KPL's format by entries, a key and data each; production code packs and unpacks by columns."""

from collections.abc import Sequence

from streams.backends.aggregation import aggregate_columns, columns_in_shard, parse
from streams.core.records import Entry


def aggregate(entries: Sequence[Entry], *, checked: bool = False) -> bytes:
    """Packs entries as the data of one record; `checked` marks one with a writer that checks its shard.

    Raises ValueError for more than MAX_SUB_RECORDS, or none.
    """
    return aggregate_columns([key for key, _ in entries], [data for _, data in entries], checked=checked)


def deaggregate(partition_key: str, data: bytes) -> list[Entry] | None:
    """Returns the records in a record's data; None when it is one plain record. Never raises."""
    found = parse(data)
    return None if found is None else list(zip(found.keys, found.datas, strict=True))


def in_shard(partition_key: str, data: bytes, hash_start: int, hash_end: int) -> list[Entry]:
    """Returns the records that one record of a shard of that range stands for; never raises."""
    return list(zip(*columns_in_shard(partition_key, data, hash_start, hash_end), strict=True))
