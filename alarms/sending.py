"""Sends messages in threads, one for each target that has some: a target that hangs delays only itself.

Threads use no database. They take jobs from their lane, and put results where the main thread collects them.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from alarms.channels.base import Outcome, Receipt, Session
from alarms.letters import Letter
from alarms.queues import Job, Result

LINGER = 0.5  # seconds that a lane keeps its connection, and waits for more
STOPS = {Outcome.LATER}  # outcomes after which a lane sends nothing more


class Rate:
    """Bounds the messages of one target in a minute. `ages` are the seconds since the last ones, the oldest first."""

    def __init__(self, most: int, ages: Sequence[float]) -> None:
        self.most = most
        self._ages = list(ages)
        self._times: deque[float] | None = None

    def allows(self, monotonic: float) -> bool:
        """Counts one message more, if the bound allows it."""
        if self._times is None:
            self._times = deque(monotonic - age for age in self._ages)
        while self._times and monotonic - self._times[0] >= 60:
            self._times.popleft()
        if len(self._times) >= self.most:
            return False
        self._times.append(monotonic)
        return True


class Lane:
    """Holds the jobs of one target and the thread that sends them, which ends when an attempt fails or no job comes."""

    def __init__(self, target: int, jobs: Sequence[Job], *, failing: bool, rate: Rate | None = None) -> None:
        self.target = target
        self.rate = rate
        self.failing = failing  # whether its last attempt failed: such lanes get only a part of the threads
        self.jobs: deque[Job] = deque()
        self.last = 0  # the newest id that it was given
        self.more = threading.Event()
        self.sending = False
        self.ended = False
        self.full = True  # whether there may be more in the table, so that it is read again at once
        self.stopping = False
        self.give(jobs)

    def give(self, jobs: Sequence[Job]) -> None:
        """Adds jobs. If the lane ends meanwhile, they still wait in the table."""
        self.last = jobs[-1].id
        self.jobs.extend(jobs)
        self.more.set()

    def stop(self) -> None:
        """Lets the lane end after the message that it is sending."""
        self.stopping = True
        self.more.set()

    @property
    def is_idle(self) -> bool:
        return not self.jobs and not self.sending

    def next(self) -> Job | None:
        """Returns the next job, waiting LINGER for one; None at the end of the lane. For the lane's own thread."""
        self.sending = bool(self.jobs)
        if not self.jobs:
            self.more.wait(LINGER)
        self.more.clear()
        self.sending = True  # before the job leaves the queue, so that the lane never seems idle meanwhile
        return self.jobs.popleft() if self.jobs and not self.stopping else None


class Senders:
    """Runs lanes. `open_session` of a lane is called in its thread. All methods are for the main thread."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._results: deque[Result] = deque()
        self._woken = threading.Event()
        self.lanes: dict[int, Lane] = {}

    def start(self, lane: Lane, open_session: Callable[[], Session]) -> None:
        """Starts the thread of a lane."""
        self.lanes[lane.target] = lane
        name = f"target {lane.target}"
        threading.Thread(target=self._run, args=(lane, open_session), name=name, daemon=True).start()

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
        """Waits until there is a result, at most `seconds`."""
        self._woken.wait(seconds)
        self._woken.clear()

    def stop(self) -> None:
        """Tells the lanes to end after the message that they are sending."""
        for lane in self.lanes.values():
            lane.stop()

    def _run(self, lane: Lane, open_session: Callable[[], Session]) -> None:
        session: Session | None = None
        held: set[str] = set()  # episodes whose earlier message the receiver refused
        try:
            while (job := lane.next()) is not None:
                if job.letter.episode in held:
                    continue
                began = self._monotonic()
                if lane.rate and not lane.rate.allows(began):
                    receipt = Receipt(Outcome.DROPPED, f"It would be more than {lane.rate.most} messages a minute.")
                else:
                    session, receipt = _sent(session, open_session, job.letter)
                self._results.append(Result(lane.target, job, receipt, self._monotonic() - began))
                if receipt.outcome in STOPS:
                    return
                if receipt.outcome is Outcome.HELD:
                    held.add(job.letter.episode)
                lane.failing = False
                self._woken.set()
        finally:
            _close(session)
            lane.ended = True
            lane.sending = False
            self._woken.set()


def _sent(
    session: Session | None, open_session: Callable[[], Session], letter: Letter
) -> tuple[Session | None, Receipt]:
    """Makes an attempt. A fault of a channel is an answer, too, and the other targets go on."""
    try:
        session = session or open_session()
        return session, session.send(letter)
    except Exception as error:  # noqa: BLE001 - see above
        return session, failure(error)


def failure(error: Exception) -> Receipt:
    """Returns the receipt for an error of a session: the receiver is away."""
    return Receipt(Outcome.LATER, f"{type(error).__name__}: {error}")


def _close(session: Session | None) -> None:
    if session is not None:
        with suppress(Exception):  # the results stand; there is nothing left to lose
            session.close()
