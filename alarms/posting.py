"""Makes the requests of many targets at once in one thread, each over its own connection that is kept.

Threads would wait for the interpreter in turns: 16,700 switches for 6,000 messages, where this loop has 600. Only the
opening of a connection (its look-up, and the handshakes of TCP and TLS) goes to a thread, since the resolver cannot be
told to stop.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from alarms.channels.base import Outcome, Receipt, away
from alarms.channels.calling import MOST_ANSWER, SECONDS, PostSession, receipt
from alarms.jobs import Job
from alarms.lanes import LINGER, Lane
from alarms.queues import Result
from common.guarded import RefusedError
from common.http_answers import BadAnswerError, Reader

LULL = 0.002  # seconds without an answer after which the loop turns to the database
FEW = 100  # results for which it does not turn there yet: a commit of a few takes as long as one of many
_LATER = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


def failure(error: Exception) -> Receipt:
    """Returns the receipt for an error of a session: the guard refuses the target for ever, or the receiver is away."""
    if isinstance(error, RefusedError):
        return Receipt(Outcome.NEVER, str(error))
    return away(error)


class Wire:
    """Holds the connection of a lane, and the request that is on its way over it. `job` is None between requests."""

    def __init__(self, lane: Lane, session: PostSession) -> None:
        self.lane = lane
        self.session = session
        self.socket: socket.socket | None = None
        self.opening = False
        self.error: Exception | None = None  # of the opening
        self.job: Job | None = None
        self.request = b""
        self.left = memoryview(b"")  # of the request, unsent
        self.reader: Reader | None = None
        self.kept = False  # whether the connection served a request before this one
        self.began = self.sent = 0.0
        self.idle_since = 0.0


class Posts:
    """Serves wires, for one thread at a time. `wake` is called by the threads that open connections."""

    def __init__(self, results: deque[Result], wake: Callable[[], None], monotonic: Callable[[], float]) -> None:
        self._results = results
        self._wake = wake
        self._monotonic = monotonic
        self._opened: deque[Wire] = deque()
        self._wires: list[Wire] = []
        self._selector = selectors.DefaultSelector()

    def register(self, bell: socket.socket, rung: Callable[[], None]) -> None:
        """Calls `rung` in each turn in which the bell can be read."""
        self._selector.register(bell, selectors.EVENT_READ, rung)

    @property
    def is_busy(self) -> bool:
        """Returns whether a request is on its way."""
        return any(wire.job for wire in self._wires)

    def start(self, lane: Lane, session: PostSession) -> None:
        """Serves a lane until it ends."""
        wire = Wire(lane, session)
        self._wires.append(wire)
        self._next(wire)

    def drive(self, seconds: float, most: int) -> None:
        """Sends and receives until there is no answer for a moment, for `seconds`, or until `most` results wait.

        A moment without an answer does not count while the results are few.
        """
        until = self._monotonic() + seconds
        self.look()
        while self.is_busy and len(self._results) < most and self._monotonic() < until:
            if not self.turn(LULL) and not 0 < len(self._results) < FEW:
                return

    def go_on(self, stop: threading.Event, seconds: float) -> None:
        """Sends and receives until it is told to stop, for `seconds` at most, or until nothing is on its way."""
        until = self._monotonic() + seconds
        while not stop.is_set() and self.is_busy and self._monotonic() < until:
            self.turn(LULL)

    def turn(self, seconds: float) -> bool:
        """Waits for answers, at most `seconds`, and serves them; returns whether there was one."""
        events = self._selector.select(seconds)
        for key, _ in events:
            if isinstance(key.data, Wire):
                self._serve(key.data)
            else:
                key.data()
        while self._opened:
            self._connected(self._opened.popleft())
        return bool(events)

    def look(self) -> None:
        """Serves the answers that have arrived, starts new jobs, and ends requests that take too long."""
        self.turn(0)
        now = self._monotonic()
        for wire in list(self._wires):
            if wire.job is None:
                self._next(wire)
            elif wire.reader is not None and now - wire.began >= SECONDS:
                self._fail(wire, TimeoutError("the answer took too long"))

    def _next(self, wire: Wire) -> None:
        """Begins the next request of a wire, or ends its lane if there is none for a while."""
        lane = wire.lane
        while not lane.ended and (job := lane.pop()) is not None:
            wire.began = self._monotonic()
            if (refused := lane.bound(wire.began)) is not None:
                self._note(wire, job, refused)
            elif self._begin(wire, job):
                return
        if lane.ended:
            return
        wire.idle_since = wire.idle_since or self._monotonic()
        if lane.stopping or self._monotonic() - wire.idle_since >= LINGER:
            self._end(wire)

    def _begin(self, wire: Wire, job: Job) -> bool:
        """Starts to send a job; returns whether it is on its way. A fault of a channel is an answer, too."""
        wire.idle_since = 0.0
        try:
            wire.request = wire.session.encoded(job.letter)
        except Exception as error:  # noqa: BLE001 - see above
            self._note(wire, job, failure(error))
            return False
        wire.job = job
        wire.kept = wire.socket is not None
        self._send(wire) if wire.kept else self._open(wire)
        return wire.job is not None

    def _open(self, wire: Wire) -> None:
        wire.opening, wire.reader, wire.error = True, None, None
        threading.Thread(target=self._opening, args=(wire,), name=f"target {wire.lane.target}", daemon=True).start()

    def _opening(self, wire: Wire) -> None:
        left = max(0.1, SECONDS - (self._monotonic() - wire.began))
        try:
            wire.session.connection.open(seconds=left).settimeout(0)
        except Exception as error:  # noqa: BLE001 - an answer, too
            wire.error = error
        self._opened.append(wire)
        self._wake()

    def _connected(self, wire: Wire) -> None:
        wire.opening = False
        if wire.error is not None:
            self._done(wire, failure(wire.error))
            return
        wire.socket = wire.session.connection.open()
        self._selector.register(wire.socket, selectors.EVENT_READ, wire)
        self._send(wire)

    def _send(self, wire: Wire) -> None:
        wire.left = memoryview(wire.request)
        wire.reader = Reader("POST", MOST_ANSWER)
        self._send_more(wire)

    def _send_more(self, wire: Wire) -> None:
        assert wire.socket is not None  # only an open wire is served
        try:
            while wire.left:
                wire.left = wire.left[wire.socket.send(wire.left) :]
        except _LATER:
            self._selector.modify(wire.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, wire)
            return
        except OSError as error:
            self._fail(wire, error)
            return
        wire.sent = self._monotonic()

    def _serve(self, wire: Wire) -> None:
        """Reads from a wire that has something to read, or writes the rest of a request that did not fit."""
        if wire.socket is None:
            return
        if wire.reader is None:  # an answer to nothing, or the end: the next request opens another connection
            self._close(wire)
            return
        if wire.left:
            self._send_more(wire)
            if wire.socket is not None and not wire.left:
                self._selector.modify(wire.socket, selectors.EVENT_READ, wire)
        self._receive(wire)

    def _receive(self, wire: Wire) -> None:
        try:
            while wire.reader is not None and wire.reader.answer is None and wire.socket is not None:
                data = wire.socket.recv(65_536)
                wire.reader.feed(data, self._monotonic() - wire.sent)
        except _LATER:
            return
        except OSError as error:
            self._fail(wire, error)
            return
        self._answered(wire)

    def _answered(self, wire: Wire) -> None:
        if wire.reader is None or wire.reader.answer is None:
            return
        if not wire.reader.keep or wire.left:
            self._close(wire)
        self._done(wire, receipt(wire.reader.answer))

    def _fail(self, wire: Wire, error: OSError) -> None:
        """Takes an error on a wire. A kept connection that the receiver has closed is opened once more."""
        assert wire.reader is not None
        self._close(wire)
        again = isinstance(error, (ConnectionError, ssl.SSLEOFError)) and not isinstance(error, BadAnswerError)
        try:
            wire.reader.fail(error)
        except OSError:
            if wire.kept and again:
                wire.kept = False
                self._open(wire)
            else:
                self._done(wire, failure(error))
        else:
            self._answered(wire)

    def _done(self, wire: Wire, found: Receipt) -> None:
        job, wire.job, wire.reader = wire.job, None, None
        assert job is not None
        self._note(wire, job, found)
        if not wire.lane.ended:
            self._next(wire)

    def _note(self, wire: Wire, job: Job, found: Receipt) -> None:
        self._results.append(Result(wire.lane.target, job, found, self._monotonic() - wire.began))
        if not wire.lane.goes_on(job, found.outcome):
            self._end(wire)

    def _close(self, wire: Wire) -> None:
        if wire.socket is not None:
            self._selector.unregister(wire.socket)
            wire.socket = None
        wire.session.connection.close()

    def _end(self, wire: Wire) -> None:
        with suppress(OSError):
            self._close(wire)
        self._wires.remove(wire)
        wire.lane.sending = False
        wire.lane.ended = True
