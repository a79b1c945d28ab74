"""Keeps the states of leases in the database: the head in the lease's own row, the rest in StateSegments."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter

from django.db import transaction

from streams.core.commits import LeaseLostError
from streams.core.entry_log import Bounds
from streams.core.segments import DamagedStateError, SegmentId
from streams.core.state import State
from streams.core.state_log import StateLog, Write
from streams.models import Lease, StateSegment

READ = 16  # segments a query: 4 MiB
INSERT = 256 << 10  # bytes of segments a statement


def load(lease: Lease, bounds: Bounds) -> tuple[State, StateLog]:
    """Returns the state of a lease, as its row has it, and the log that goes on from it. Raises DamagedStateError.

    No other process may commit to the lease meanwhile; this is so once this process holds it.
    """
    if lease.damage:
        raise DamagedStateError(lease.damage)
    if not lease.state:  # as an operator leaves it to have a damaged shard read again
        StateSegment.objects.filter(lease=lease.pk).delete()
    log = StateLog(partial(read, lease.pk), bounds)
    return log.load(bytes(lease.state)), log


def read(lease: int, segments: Sequence[SegmentId]) -> Iterator[tuple[SegmentId, bytes]]:
    """Yields segments of a lease with their bytes, in the order asked for; leaves out those that do not exist."""
    stored = StateSegment.objects.filter(lease=lease)
    for history, group in groupby(segments, attrgetter("history")):
        numbers = [segment.number for segment in group]
        for start in range(0, len(numbers), READ):
            some = stored.filter(history=history, number__in=numbers[start : start + READ])
            for number, data in some.order_by("number").values_list("number", "data"):
                yield SegmentId(history, number), bytes(data)


def store(lease: int, write: Write) -> None:
    """Stores the segments of a write, and removes those that went; the caller stores the head, in one transaction."""
    stored = StateSegment.objects.filter(lease=lease)
    for history in (False, True):
        if gone := [segment.number for segment in write.removed if segment.history == history]:
            stored.filter(history=history, number__in=gone).delete()
    rows: list[StateSegment] = []
    size = 0
    for segment, data in write.added.items():
        if rows and size + len(data) > INSERT:
            StateSegment.objects.bulk_create(rows)
            rows, size = [], 0
        rows.append(StateSegment(lease_id=lease, history=segment.history, number=segment.number, data=data))
        size += len(data)
    if rows:
        StateSegment.objects.bulk_create(rows)


def begin(lease: Lease, state: State, bounds: Bounds) -> None:
    """Stores a state in place of any that the lease has, in one transaction. Raises LeaseLostError."""
    write = StateLog(partial(read, lease.pk), bounds).replace(state)
    with transaction.atomic():
        held = Lease.objects.filter(pk=lease.pk, owner=lease.owner, counter=lease.counter)
        if not held.update(state=write.head):
            raise LeaseLostError(str(lease))
        StateSegment.objects.filter(lease=lease.pk).delete()
        store(lease.pk, write)
    lease.state = write.head
