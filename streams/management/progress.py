"""Shows the progress of long work on one line of a terminal; in a pipe it shows nothing."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from common.terminal import Lines

EVERY = 0.5  # seconds


@contextmanager
def on_terminal(
    output: Lines,
    step: Callable[[], bool],
    done: Callable[[], int],
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[Callable[[], bool]]:
    """Returns `step`, which also shows the number of records and of records a second if `output` is a terminal."""
    if not output.isatty():
        yield step
        return
    shown_at, shown = monotonic(), done()

    def shown_step() -> bool:
        nonlocal shown_at, shown
        found, moment = step(), monotonic()
        if moment - shown_at >= EVERY:
            rate = (done() - shown) / (moment - shown_at)
            output.draw(f"\r\x1b[K{done():,} records, {rate:,.0f}/s")
            shown_at, shown = moment, done()
        return found

    try:
        yield shown_step
    finally:
        output.write("", str)  # the next output starts on a line of its own
