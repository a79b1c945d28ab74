"""Keeps the stamps of records fresh until they can be read, so that no reader's watermark passes them.

A writer takes the stamp inside its transaction. If it is paused then for longer than watermarks trail the clock, its
records would become visible as late ones: an application that computes by arrival would give other rows than a replay.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import TypeVar

from streams.backends.embedded.own_clock import Look

SETTLE = 1000  # milliseconds that a watermark trails the clock: a stamp is taken before its commit is visible
OLD = SETTLE // 2  # milliseconds; the rest is for the commit itself
TRIES = 3  # a writer that is slow each time writes nevertheless

Answer = TypeVar("Answer")


class _OldStampError(Exception):
    """Rolls a transaction back whose stamp is too old."""


def in_time(look: Look, transaction: Callable[[], AbstractContextManager[None]], write: Callable[[], Answer]) -> Answer:
    """Returns what `write` returns, in a transaction; begins again, with a new stamp, if that took too long."""
    for _ in range(TRIES - 1):
        with suppress(_OldStampError), transaction():
            began = look().elapsed
            answer = write()
            if look().elapsed - began > OLD:
                raise _OldStampError
            return answer
    with transaction():
        return write()
