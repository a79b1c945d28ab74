"""Delivers the rows of the outbox to other streams, in the order of their commits.

An embedded stream stores the receipt of each row of the outbox in the transaction that stores its records, so that a
delivery that is repeated, because a process died between the stream's commit and its own, puts nothing twice: for a
day, as long as receipts are kept. Amazon Kinesis keeps no receipts: there a row can come twice, with the same `_id`.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from secrets import token_hex

import msgspec
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from common.lasting import over
from common.outage_log import OutageLog
from common.retention import NEVER
from common.text import storable
from sql.engine.contract import RowFault
from sql.errors import Fault
from sql.live.faults import add_faults, seen
from sql.live.models import SqlDelivery, SqlOutbox
from streams.backends.base import Stream
from streams.backends.embedded.appending import Writing
from streams.backends.embedded.stream import EmbeddedStream
from streams.coordination.store_errors import translate_errors
from streams.core import clock
from streams.core.records import Entry, InvalidRecordError, StreamDownError, StreamError
from streams.wiring import largest_record, open_stream

LEASE = timedelta(seconds=30)
BOXES = 20  # rows of the outbox in one step
RETRY = 2.0  # seconds until a stream that refused is tried again

logger = logging.getLogger(__name__)
_decode = msgspec.msgpack.Decoder(list[tuple[str, bytes]]).decode
_encode = msgspec.msgpack.Encoder().encode


class Deliverer:
    """Delivers the rows that an application has put aside. One process at a time delivers to a stream."""

    def __init__(
        self,
        application: int,
        read: str,
        monotonic: Callable[[], float] = time.monotonic,
        opens: Callable[[str], Stream] = open_stream,
    ) -> None:
        """Takes the number of the application, and the name of the stream that it reads, under which faults stand."""
        self._application = application
        self._read = read
        self._monotonic = monotonic
        self._open = opens
        self._owner = token_hex(16)
        self._streams: dict[str, Stream] = {}
        self._rests: dict[str, float] = {}
        self._outages: dict[str, OutageLog] = defaultdict(
            lambda: OutageLog(logger, monotonic, "Rows wait for their way into a stream: ")
        )

    def __call__(self) -> bool:
        """Delivers some waiting rows. Returns whether more waits that can be delivered now."""
        try:
            return translate_errors(self._step)()
        except StreamError as error:  # of the database
            self._outages[""].failure(error)
            return False

    def close(self) -> None:
        """Gives the leases back, so that another process delivers at once. If that fails, they expire."""
        held = SqlDelivery.objects.filter(application=self._application, owner=self._owner)
        translate_errors(held.update)(owner="", expires=NEVER)

    def _step(self) -> bool:
        waiting = SqlOutbox.objects.filter(application=self._application)
        names = waiting.order_by("to").values_list("to", flat=True).distinct()
        self._outages[""].recovered()
        more = [self._to(name) for name in names if self._monotonic() >= self._rests.get(name, 0.0)]
        return any(more)

    def _to(self, name: str) -> bool:
        if not self._take(name):
            return False
        found = list(SqlOutbox.objects.filter(application=self._application, to=name).order_by("id")[:BOXES])
        try:
            self._put(name, found)
        except StreamError as error:
            self._rests[name] = self._monotonic() + RETRY
            self._note(name, trouble=storable(str(error), 500))
            self._streams.pop(name, None)
            self._outages[name].failure(error)
            return False
        self._outages[name].recovered()
        return len(found) == BOXES

    def _take(self, name: str) -> bool:
        """Takes the lease of a stream; returns False while another process holds it."""
        mine = {"application_id": self._application, "to": name}
        leases = SqlDelivery.objects.filter(Q(owner=self._owner) | over("expires", LEASE), **mine)
        held = {"owner": self._owner, "expires": Now() + LEASE}
        if leases.update(**held):
            return True
        SqlDelivery.objects.bulk_create([SqlDelivery(**mine, owner="", expires=NEVER)], ignore_conflicts=True)
        return bool(leases.update(**held))

    def _put(self, name: str, found: Sequence[SqlOutbox]) -> None:
        stream = self._streams.setdefault(name, self._open(name))
        if isinstance(stream, EmbeddedStream):
            self._append(stream, found)
            return
        for box in found:
            try:
                stream.put(self._checked(stream, box))
            except StreamDownError as error:
                if error.left:
                    SqlOutbox.objects.filter(pk=box.pk).update(entries=_encode(error.left), count=len(error.left))
                raise
            self._done(name, [box])

    def _append(self, stream: EmbeddedStream, found: Sequence[SqlOutbox]) -> None:
        try:
            self._write(stream, [(box, _decode(bytes(box.entries))) for box in found])
        except InvalidRecordError:
            self._write(stream, [(box, self._checked(stream, box)) for box in found])
        self._done(stream.name, found)

    def _write(self, stream: EmbeddedStream, found: Sequence[tuple[SqlOutbox, Sequence[Entry]]]) -> None:
        writings = [Writing(entries, receipt=box.key, digest=box.key) for box, entries in found if entries]
        if any(written.errors for written in stream.append(writings)):
            raise StreamDownError(f"The stream {stream.name!r} takes no more at the moment")

    def _checked(self, stream: Stream, box: SqlOutbox) -> list[Entry]:
        """Returns the rows that are not too large for the stream; the others are counted as faults."""
        most, entries = largest_record(stream), _decode(bytes(box.entries))
        large = [entry for entry in entries if len(entry[0].encode()) + len(entry[1]) > most]
        if large:
            says = f"The row is too large for the stream {stream.name!r}, which takes {most} bytes."
            shown = [_fault(box, says, data) for _, data in large]
            with transaction.atomic():
                kept = [entry for entry in entries if entry not in large]
                SqlOutbox.objects.filter(pk=box.pk).update(entries=_encode(kept), count=len(kept))
                add_faults(self._application, self._read, "", seen(shown, {}, 0))
            return kept
        return entries

    @transaction.atomic
    def _done(self, name: str, found: Sequence[SqlOutbox]) -> None:
        SqlOutbox.objects.filter(pk__in=[box.pk for box in found]).delete()
        self._note(name, delivered=F("delivered") + sum(box.count for box in found), trouble="")

    def _note(self, name: str, **values: object) -> None:
        SqlDelivery.objects.filter(application=self._application, to=name).update(**values)


def _fault(box: SqlOutbox, says: str, data: bytes) -> RowFault:
    value = data[:200].decode(errors="replace")
    return RowFault(clock.now(), f"output to {box.to}"[:128], Fault.FUNCTION, says, "", "", 0, value)
