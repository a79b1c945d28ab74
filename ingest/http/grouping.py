"""Stores the requests that wait at the same time in one transaction: a commit waits for the disk, some milliseconds.

The first request commits alone. Those that come meanwhile wait, and the first of them commits for all.
"""

from collections.abc import Callable
from threading import Lock

from streams.backends.embedded.appending import Writing, Written
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import StreamDownError, StreamNotFoundError

MOST_AT_ONCE = 256  # requests of a transaction
MOST_OPEN = 16  # streams that stay open for the next request; each has a connection to its file

Open = Callable[[str], EmbeddedStream]


class Waiting:
    """Is a request that waits to be stored; later it has an answer or an error."""

    def __init__(self, writing: Writing) -> None:
        self.writing = writing
        self.answer: Written | None = None
        self.error: Exception | None = None

    @property
    def is_done(self) -> bool:
        return self.answer is not None or self.error is not None


class Line:
    """Is the line of requests for one stream, in the order of their coming."""

    def __init__(self, name: str, opener: Open) -> None:
        self._name, self._open = name, opener
        self._waiting: list[Waiting] = []
        self._lock = Lock()  # of the list
        self._turn = Lock()  # held while a transaction is under way
        self._stream: EmbeddedStream | None = None

    def put(self, writing: Writing) -> Written:
        """Stores the records of one request, perhaps together with others. Raises StreamError."""
        mine = Waiting(writing)
        with self._lock:
            self._waiting.append(mine)
        with self._turn:
            while not mine.is_done:
                with self._lock:
                    some, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                self._store(some)
        if mine.answer is None:
            assert mine.error
            raise mine.error
        return mine.answer

    def _store(self, some: list[Waiting]) -> None:
        """Stores requests; each by itself where one of them spoils the transaction.

        A stream that is down refuses all at once: otherwise each of them would wait for it anew.
        """
        try:
            answers = self._append([each.writing for each in some])
        except Exception as error:  # noqa: BLE001 - each request raises its own
            if len(some) == 1 or isinstance(error, StreamDownError | StreamNotFoundError):
                for each in some:
                    each.error = error
            else:
                for each in some:
                    self._store([each])
            return
        for each, answer in zip(some, answers, strict=True):
            each.answer = answer

    def _append(self, writings: list[Writing]) -> list[Written]:
        """Appends to the open stream. It is closed after an error, because its file may have been replaced."""
        self._stream = stream = self._stream or self._open(self._name)
        try:
            return stream.append(writings)
        except BaseException:
            self._stream = None
            stream.close()
            raise

    def close(self) -> bool:
        """Closes the stream, if no transaction is under way. Returns whether it is closed."""
        if not self._turn.acquire(blocking=False):
            return False
        try:
            stream, self._stream = self._stream, None
            if stream:
                stream.close()
            return True
        finally:
            self._turn.release()


class Lines:
    """Holds the lines of a process, the least recently used first."""

    def __init__(self, opener: Open, most: int = MOST_OPEN) -> None:
        self._open, self._most = opener, most
        self._lines: dict[str, Line] = {}
        self._lock = Lock()

    def put(self, name: str, writing: Writing) -> Written:
        """Stores the records of a request. Raises StreamError."""
        with self._lock:
            line = self._lines.pop(name, None) or Line(name, self._open)
            self._lines[name] = line
            spare = [] if len(self._lines) <= self._most else list(self._lines.items())[: -self._most]
            for other, old in spare:
                if old.close():
                    del self._lines[other]
        return line.put(writing)

    def close(self) -> None:
        """Closes the streams that no request is using."""
        with self._lock:
            self._lines = {name: line for name, line in self._lines.items() if not line.close()}
