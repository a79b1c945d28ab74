"""Lets one process at a time run a flow. The kernel frees a lock when its process ends, however it ends."""

import fcntl
import os
import weakref
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

from ingest.tails.flows import Flow
from streams.core.records import StreamError


class Locks:
    """Holds the locks of flows as long as it lives."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: list[int] = []
        weakref.finalize(self, _close_all, self._held)

    def take(self, flows: Iterable[Flow]) -> None:
        """Locks flows. Raises StreamError if another process runs one of them."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for flow in flows:
            name = blake2b(f"{flow.stream}\n{flow.name}".encode(), digest_size=8).hexdigest()
            descriptor = os.open(self._folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._held.append(descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StreamError(
                    f"The flow {flow.name!r} into {flow.stream} is run by another process{_holder(descriptor)};"
                    " only one at a time may read its files."
                ) from None
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)


def _close_all(descriptors: list[int]) -> None:
    while descriptors:
        os.close(descriptors.pop())


def _holder(descriptor: int) -> str:
    number = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
    return f" ({number})" if number.isdecimal() else ""
