"""Keeps the stamps of records fresh until they can be read, so that no reader's watermark passes them.

A writer takes the stamp inside its transaction. If it is paused then for longer than watermarks trail the clock, its
records would become visible as late ones: an application that computes by arrival would give other rows than a replay.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from streams.backends.embedded.own_clock import Look, Reading

SETTLE = 1000  # milliseconds that a watermark trails the clock: a stamp is taken before its commit is visible
OLD = SETTLE // 2  # milliseconds; the rest is for the commit itself
TRIES = 3  # a writer that is slow each time writes nevertheless

Answer = TypeVar("Answer")


class _OldStampError(Exception):
    """Rolls a transaction back whose stamp is too old."""


def in_time(
    look: Look, transaction: Callable[[], AbstractContextManager[None]], write: Callable[[Reading], Answer]
) -> Answer:
    """Returns the answer of `write`, called in a transaction with a look at the clocks, of which it makes its stamp.

    Begins again, with a new look, if that took too long.
    """
    for _ in range(TRIES - 1):
        try:
            with transaction():
                reading = look()
                answer = write(reading)
                if look().elapsed - reading.elapsed > OLD:
                    raise _OldStampError
                return answer
        except _OldStampError:
            continue
    with transaction():
        return write(look())
