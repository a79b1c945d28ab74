"""Marks the re-shardings of a stream on its time axes, for staff."""

from collections.abc import Iterator

from common.marking import MOST, Mark
from dashboard import links
from streams.core import clock
from streams.models import Audit

ACTS = {"split": "split", "merge": "merged", "reshard": "re-sharded"}
LOOKED_AT = 200  # rows of the audit: it has them of all streams


def marks(stream: str, start: int, end: int) -> Iterator[Mark]:
    """Yields the splits, merges and re-shardings that the audit has of the time."""
    since, until = clock.to_datetime(start), clock.to_datetime(end)
    rows = Audit.objects.filter(action__in=ACTS, at__gte=since, at__lt=until).order_by("-pk")[:LOOKED_AT]
    of_stream = [
        row for row in rows if row.target.endswith(f" of {stream}") or row.target.startswith(f"{stream}, from ")
    ]
    for row in of_stream[:MOST]:
        text = f"{row.target}: {ACTS[row.action]} by {row.who}"
        yield Mark(clock.from_datetime(row.at), None, "shards", text, links.to_stream(stream), staff=True)
