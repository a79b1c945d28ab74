"""Gives the archived records of a stream to readers of the stream that ask for more than it still holds."""

from collections.abc import Iterator

from archive.models import ArchivedFile
from archive.stores.base import StoreError
from archive.stores.opening import opened
from streams.core.clock import to_datetime
from streams.core.records import Record, StreamError


def past(stream: str, start: int, end: int) -> Iterator[Record]:
    """Yields the archived records of a stream from a time until before another. Raises StreamError."""
    if not ArchivedFile.objects.filter(stream=stream, removed=False).exists():
        return
    from archive.files import DamagedFileError  # noqa: PLC0415 - PyArrow takes longer to import than a command to start
    from archive.replaying import replay  # noqa: PLC0415 - as above

    try:
        for arrived, sequence, key, data in replay(stream, opened(), to_datetime(start), to_datetime(end)):
            yield arrived, int(sequence), "", key, data
    except (StoreError, DamagedFileError) as error:
        raise StreamError(str(error)) from None
