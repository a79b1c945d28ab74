"""Keeps streams open between requests: a stream is for one thread, so each thread has its own, in a bounded number."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from streams.backends.embedded.administration import Administration

MOST_OPEN = 16  # streams a thread; each has a connection to the file


class Opened:
    def __init__(self, open_stream: Callable[[str], Administration], most: int = MOST_OPEN) -> None:
        self._open_stream = open_stream
        self._most = most
        self._of_thread = threading.local()

    def __call__(self, name: str) -> Administration:
        """Returns the stream of a name, whether it was created or not. Raises StreamError."""
        found: OrderedDict[str, Administration] = self._of_thread.__dict__.setdefault("streams", OrderedDict())
        if name not in found:
            found[name] = self._open_stream(name)
        found.move_to_end(name)
        while len(found) > self._most:
            found.popitem(last=False)[1].close()
        return found[name]

    def forget(self) -> None:
        """Closes the streams of this thread."""
        found = self._of_thread.__dict__.pop("streams", {})
        for stream in found.values():
            stream.close()
