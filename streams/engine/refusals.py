"""Explains why records were refused, where their bytes alone do not show it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from streams.backends.aggregation import reason_for_plain
from streams.core.records import Batch, DeadRecord

Event = TypeVar("Event")
Decoded = tuple[Batch, list[Event], list[DeadRecord]]


def explained(decode: Callable[[Batch], Decoded[Event]]) -> Callable[[Batch], Decoded[Event]]:
    """Returns the decoder with the reason added to refused records that are aggregates which were not unpacked."""

    def decode_and_explain(batch: Batch) -> Decoded[Event]:
        good, events, dead = decode(batch)
        return good, events, _explain(dead) if dead else []

    return decode_and_explain


def _explain(dead: Sequence[DeadRecord]) -> list[DeadRecord]:
    reasons = [reason_for_plain(record.data) for record in dead]
    return [record._replace(error=reason) if reason else record for record, reason in zip(dead, reasons, strict=True)]
