"""Explains why records were refused, where their bytes alone do not show it, and bounds the letters of tiny records.

An aggregate of 1 MiB may hold 160,000 records without data, and a row for each would be a hundred times as large.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TypeVar

from streams.backends.aggregation import aggregate_columns, reason_for_plain
from streams.core.records import Batch, DeadRecord

TINY = 16  # bytes
MOST_TINY = 100  # dead letters for tiny records of one step
Event = TypeVar("Event")
Decoded = tuple[Batch, list[Event], list[DeadRecord]]


def explained(decode: Callable[[Batch], Decoded[Event]]) -> Callable[[Batch], Decoded[Event]]:
    """Returns the decoder with the reason added to refused records that are aggregates which were not unpacked."""

    def decode_and_explain(batch: Batch) -> Decoded[Event]:
        good, events, dead = decode(batch)
        return good, events, _explain(dead) if dead else []

    return decode_and_explain


def folded(dead: list[DeadRecord]) -> list[DeadRecord]:
    """Puts the tiny records beyond MOST_TINY into one dead record, as an aggregate, under the number of the first."""
    tiny = [record for record in dead if len(record.data) <= TINY]
    rest = tiny[MOST_TINY:]
    if len(rest) < 2:
        return dead
    numbers = {record.sequence for record in rest}
    kept = [record for record in dead if record.sequence not in numbers]
    says = f"{len(rest):,} records of at most {TINY} bytes, in one aggregate here. The first of them: {rest[0].error}"
    keys = [record.key.encode(errors="replace").decode() for record in rest]  # the format has UTF-8 alone
    data = aggregate_columns(keys, [record.data for record in rest])
    kept.append(rest[0]._replace(data=data, error=says, records=len(rest)))
    return sorted(kept, key=attrgetter("sequence"))


def _explain(dead: Sequence[DeadRecord]) -> list[DeadRecord]:
    reasons = [reason_for_plain(record.data) for record in dead]
    return [record._replace(error=reason) if reason else record for record, reason in zip(dead, reasons, strict=True)]
