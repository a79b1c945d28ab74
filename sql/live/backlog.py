"""Bounds the rows that wait for their way into other streams."""

from sql.live.models import SqlDelivery, SqlOutbox
from streams.core.commits import StoreDownError

MOST = 2_000  # rows of the outbox for one stream, of up to 1 MB each


def refuse_overflow(application: int, to: str) -> None:
    """Raises StoreDownError while too much waits for a stream: the worker then waits too, as the service did."""
    mine = {"application_id": application, "to": to}
    if SqlOutbox.objects.filter(**mine)[MOST : MOST + 1].exists():
        why = SqlDelivery.objects.filter(**mine).values_list("trouble", flat=True).first()
        says = f"Too many rows wait for the stream {to!r}, so no more are computed."
        raise StoreDownError(f"{says} {why}" if why else says)
