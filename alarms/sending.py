"""Sends messages by lanes, one for each target that has some: a target that hangs delays only itself.

Channels that post make their requests in the main thread, many at a time (`alarms.posting`), or in another one while
the main thread waits for the database. A lane of any other channel has a thread. Threads use no database: they put
results where the main thread collects them.
"""

from __future__ import annotations

import socket
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from alarms.channels.base import Receipt, Session
from alarms.channels.calling import PostSession
from alarms.lanes import Lane
from alarms.letters import Letter
from alarms.posting import Posts, failure
from alarms.queues import Result

TURN = 0.1  # seconds that requests are served before results are written
LONGEST = 1.0  # seconds that requests are made without a look at the leases, when the database is slow


class Senders:
    """Runs lanes. All methods are for the main thread."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._results: deque[Result] = deque()
        self._bell, self._ringer = socket.socketpair()
        for end in (self._bell, self._ringer):
            end.settimeout(0)
            weakref.finalize(self, end.close)
        self._posts = Posts(self._results, self._ring, monotonic)
        self._posts.register(self._bell, self._rung)
        self._thread = ThreadPoolExecutor(1, "requests")
        self.lanes: dict[int, Lane] = {}

    def start(self, lane: Lane, open_session: Callable[[], Session], *, posts: bool) -> None:
        """Starts a lane. `posts`: its session is a PostSession; any other one is opened and used in a thread."""
        self.lanes[lane.target] = lane
        if not posts:
            name = f"target {lane.target}"
            threading.Thread(target=self._run, args=(lane, open_session), name=name, daemon=True).start()
            return
        try:
            session = open_session()
        except Exception as error:  # noqa: BLE001 - a fault of a channel is an answer, and the other targets go on
            self._results.append(Result(lane.target, lane.jobs[0], failure(error), 0.0))
            lane.ended = True
            return
        assert isinstance(session, PostSession)
        self._posts.start(lane, session)

    def serve(self, most: int) -> None:
        """Makes requests and takes their answers for a moment, until `most` results can be collected."""
        self._posts.drive(TURN, most)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Makes requests in another thread, while the caller uses the database and no other method."""
        if not self._posts.is_busy:
            yield
            return
        stop = threading.Event()
        requests = self._thread.submit(self._posts.go_on, stop, LONGEST)
        try:
            yield
        finally:
            stop.set()
            self._ring()
            requests.result()

    @property
    def results(self) -> int:
        """Returns the number of results that can be collected."""
        return len(self._results)

    def collect(self, most: int) -> list[Result]:
        """Returns results that were not collected yet, in each lane's order."""
        return [self._results.popleft() for _ in range(min(most, len(self._results)))]

    def put_back(self, results: Sequence[Result]) -> None:
        """Returns results that could not be written."""
        self._results.extendleft(reversed(results))

    def ended(self) -> list[int]:
        """Forgets the lanes that ended, and returns their targets. Collect afterwards: their results are complete."""
        found = [target for target, lane in self.lanes.items() if lane.ended]
        for target in found:
            del self.lanes[target]
        return found

    @property
    def is_idle(self) -> bool:
        """Returns whether nothing is being sent, and each result was collected."""
        return not self._results and all(lane.is_idle for lane in self.lanes.values())

    def wait(self, seconds: float) -> None:
        """Waits until there is a result or an answer, at most `seconds`."""
        self._posts.turn(seconds)

    def stop(self) -> None:
        """Tells the lanes to end after the message that they are sending."""
        for lane in self.lanes.values():
            lane.stop()

    def _ring(self) -> None:
        with suppress(BlockingIOError):  # it rings already
            self._ringer.send(b"!")

    def _rung(self) -> None:
        with suppress(BlockingIOError):
            self._bell.recv(4096)

    def _run(self, lane: Lane, open_session: Callable[[], Session]) -> None:
        session: Session | None = None
        try:
            while (job := lane.next()) is not None:
                began = self._monotonic()
                receipt = lane.bound(began)
                if receipt is None:
                    session, receipt = _sent(session, open_session, job.letter)
                self._results.append(Result(lane.target, job, receipt, self._monotonic() - began))
                if not lane.goes_on(job, receipt.outcome):
                    return
                self._ring()
        finally:
            _close(session)
            lane.ended = True
            lane.sending = False
            self._ring()


def _sent(
    session: Session | None, open_session: Callable[[], Session], letter: Letter
) -> tuple[Session | None, Receipt]:
    """Makes an attempt. A fault of a channel is an answer, too, and the other targets go on."""
    try:
        session = session or open_session()
        return session, session.send(letter)
    except Exception as error:  # noqa: BLE001 - see above
        return session, failure(error)


def _close(session: Session | None) -> None:
    if session is not None:
        with suppress(Exception):  # the results stand; there is nothing left to lose
            session.close()
