"""Counts closed windows, by application. One process counts, so that none counts twice."""

from collections.abc import Callable, Iterator
from datetime import datetime

from streams import applications
from streams.models.readers import progress_of, readers

Reader = tuple[str, str]  # application, stream


class ClosedWindows:
    """Counts from its first call on. Asks only for windows that closed since the call before."""

    def __init__(self) -> None:
        self._counts: dict[Reader, int] = {}
        self._done: dict[Reader, datetime] = {}

    def closed(self) -> dict[Reader, int]:
        """Returns the count of each application that counts windows, on each stream that it reads."""
        self._counts = {reader: self._counts.get(reader, 0) for reader in readers() if _counter(reader[0])}
        for (application, stream), since, until in self._spans():
            if count := _counter(application):
                self._counts[application, stream] += count(stream, since, until)
        return dict(self._counts)

    def _spans(self) -> Iterator[tuple[Reader, datetime, datetime]]:
        """Yields times completed since the last call. A window closes once all records before its end are applied."""
        for reader in self._counts:
            complete = progress_of(*reader).watermark
            if complete is not None and complete > self._done.setdefault(reader, complete):
                yield reader, self._done[reader], complete
                self._done[reader] = complete


def _counter(application: str) -> Callable[[str, datetime, datetime], int] | None:
    """Returns the application's own count; None if it has none, or was removed while its leases stayed."""
    return applications.find(application).windows_closed if applications.is_known(application) else None
