"""Holds the messages of one target that are on their way, in a lane.

A lane ends when an attempt fails, or when no message comes for a while.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from alarms.channels.base import Outcome, Receipt
from alarms.jobs import Job

LINGER = 0.5  # seconds that a lane keeps its connection, and waits for more


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
    """Holds the jobs of one target, of which one at a time is being sent."""

    def __init__(self, target: int, jobs: Sequence[Job], *, failing: bool, rate: Rate | None = None) -> None:
        self.target = target
        self.failing = failing  # whether its last attempt failed: such lanes get only a part of the places
        self.jobs: deque[Job] = deque()
        self.last = 0  # the newest id that it was given
        self.more = threading.Event()
        self.sending = False
        self.ended = False
        self.full = True  # whether there may be more in the table, so that it is read again at once
        self.stopping = False
        self._rate = rate
        self._held: set[str] = set()  # episodes of which the receiver refused an earlier message
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
        return self.pop()

    def pop(self) -> Job | None:
        """Returns the next job, None if there is none now. Jobs behind a refused one of their episode stay unsent."""
        self.sending = True  # before the job leaves the queue, so that the lane never seems idle meanwhile
        while self.jobs and not self.stopping:
            job = self.jobs.popleft()
            if job.letter.episode not in self._held:
                return job
        self.sending = False
        return None

    def bound(self, monotonic: float) -> Receipt | None:
        """Returns a receipt for a message that is not sent, by the target's rate; None if it may be sent."""
        if self._rate is None or self._rate.allows(monotonic):
            return None
        return Receipt(Outcome.DROPPED, f"It would be more than {self._rate.most} messages a minute.")

    def goes_on(self, job: Job, outcome: Outcome) -> bool:
        """Takes the result of a job; returns whether the lane sends more."""
        if outcome is Outcome.LATER:
            return False
        if outcome is Outcome.HELD:
            self._held.add(job.letter.episode)
        self.failing = False
        return True
