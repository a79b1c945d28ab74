"""Notes on a dead letter the time at which its replay counted, and reads that time again.

The note stands at the end of the letter's error, where people see it, too.
"""

import re

from streams.core import clock

_NOTE = " (It was replayed, and counted at {} of the stream's time.)"
_READ = re.compile(re.escape(_NOTE).replace(r"\{\}", r"(\S{20,30})") + r"\Z")


def note(at: int) -> str:
    """Returns the note for a time in milliseconds."""
    return _NOTE.format(clock.to_iso(at))


def counted_at(error: str) -> int | None:
    """Returns the milliseconds of the note that ends an error; None without one, as before Millrace wrote them."""
    found = _READ.search(error)
    return clock.from_iso(found[1]) if found else None
