"""Reads the bodies of requests, within bounds: of one body, of all bodies in memory at a time, and of time."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ingest.endpoint.errors import ApiError, unavailable

MOST_BODY = 16 << 20  # bytes: 10 MiB of records as base64, with room for keys
MOST_HELD = 64 << 20  # bytes of all bodies at a time
MOST_DRAINED = 64 << 20  # bytes that are read and dropped after a refusal, so that the client hears the answer
# Bytes: a body of up to this size is read in one go, and counts when it is there. A length that was only said never
# counts, or a few clients that send nothing after it would keep out all others.
AT_ONCE = 1 << 17
SECONDS = 60.0
DRAIN_SECONDS = 10.0  # for the rest of a refused body


class Body:
    """Reads one body. It counts as held until its request is answered."""

    def __init__(self, bodies: "Bodies") -> None:
        self._bodies = bodies
        self.size = 0

    async def read(self, proto: Any, length: int | None) -> bytes:
        """Returns the body. `length` is None if it is not known. Raises ApiError beyond a bound."""
        if length is not None and length > MOST_BODY:
            raise _too_large()
        try:
            async with asyncio.timeout(SECONDS):
                if length is not None and length <= AT_ONCE:
                    whole = bytes(await proto())  # the server takes no more than was said
                    self._hold(len(whole))
                    return whole
                chunks = []
                async for chunk in proto:
                    self._hold(len(chunk))
                    chunks.append(chunk)
                return b"".join(chunks)
        except TimeoutError:
            raise ApiError("RequestTimeoutException", "The request took too long to arrive.", 408) from None

    def _hold(self, size: int) -> None:
        self.size += size
        self._bodies.held += size
        if self.size > MOST_BODY:
            raise _too_large()
        if self._bodies.held > MOST_HELD:
            raise unavailable()


class Bodies:
    def __init__(self) -> None:
        self.held = 0  # bytes

    @contextmanager
    def one(self) -> Iterator[Body]:
        body = Body(self)
        try:
            yield body
        finally:
            self.held -= body.size


async def drain(proto: Any) -> None:
    """Reads the rest of a body and drops it, up to a bound."""
    size = 0
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            async for chunk in proto:
                size += len(chunk)
                if size > MOST_DRAINED:
                    return
    except (TimeoutError, RuntimeError):  # RuntimeError: it was read, or its client went away
        return


def _too_large() -> ApiError:
    return ApiError("RequestEntityTooLarge", f"A request has at most {MOST_BODY} bytes.", 413)
