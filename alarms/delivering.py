"""Delivers messages: gives the queues of targets to senders, and writes the result of each attempt.

One step does a bounded part of the work, and says whether there was some. At least once: a result that was not written
before the process died is found again as a message that waits, and is sent under the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial

from alarms import queues, targets
from alarms.jobs import Job, Known
from alarms.lanes import Lane, Rate
from alarms.models import Target
from alarms.queues import Place
from alarms.sending import Senders

THREADS = 128  # targets that are served at a time
BATCH = 200  # messages that a lane gets at a time
MOST_RESULTS = 500  # of a transaction
RENEW = timedelta(seconds=5)
LOOK = timedelta(milliseconds=200)


class Delivery:
    """Delivers the messages that wait. `now` gives the time; `chance` numbers from 0 to 1 for the jitter of retries.

    `known` has facts of messages that this process has made.
    """

    def __init__(
        self,
        owner: str,
        now: Callable[[], datetime],
        chance: Callable[[], float],
        known: Known,
        *,
        threads: int = THREADS,
    ) -> None:
        self._owner = owner
        self._now = now
        self._chance = chance
        self._known = known
        self._threads = threads
        self.senders = Senders()
        self._renewed: datetime | None = None
        self._looked: datetime | None = None

    def step(self, touched: Collection[int] = ()) -> bool:
        """Writes results, tops up lanes and starts new ones; returns whether anything was done.

        `touched` are targets for which this process has just made messages.
        """
        self.senders.serve(MOST_RESULTS)
        found = self._collect()
        self._renew()
        look = self._is_time_to_look()
        topped = self._top_up(touched, look=look)
        if look or self.senders.is_idle or not self.senders.lanes.keys() >= set(touched):
            return self._start() | topped | found
        return topped | found

    @property
    def is_idle(self) -> bool:
        """Returns whether nothing is being sent, and all results are written."""
        return self.senders.is_idle

    def finish(self, seconds: float) -> None:
        """Lets the messages in hand end, writes their results, and gives the leases back."""
        self.senders.stop()
        until = self._now() + timedelta(seconds=seconds)
        while self.senders.lanes and self._now() < until:
            self.senders.wait(0.1)
            self.senders.serve(MOST_RESULTS)
            self._collect()
        self._collect()
        queues.release(self._owner, self.senders.lanes)

    def _collect(self) -> bool:
        ended = self.senders.ended()
        count = self.senders.results  # those that come meanwhile are for the next step, after a look at the leases
        for first in range(0, count, MOST_RESULTS):
            results = self.senders.collect(min(MOST_RESULTS, count - first))
            try:
                with self.senders.going_on():
                    queues.record(results, self._now(), self._chance)
            except Exception:  # of any kind, as no result may be lost: a driver's error may come past Django's
                self.senders.put_back(results)
                raise
        if ended:
            queues.release(self._owner, ended)
        return count > 0 or bool(ended)

    def _renew(self) -> None:
        """Prolongs the leases in good time. A lane ends when its lease has gone to another process."""
        now = self._now()
        if self.senders.lanes and (self._renewed is None or now - self._renewed >= RENEW):
            mine = queues.renew(self._owner, self.senders.lanes, now)
            for target, lane in self.senders.lanes.items():
                if target not in mine:
                    lane.stop()
            self._renewed = now

    def _is_time_to_look(self) -> bool:
        """Returns whether LOOK has passed: other processes make messages too, and some that wait become due."""
        now = self._now()
        look = self._looked is None or not timedelta(0) <= now - self._looked < LOOK  # the clock may be set back
        self._looked = now if look else self._looked
        return look

    def _top_up(self, touched: Collection[int], *, look: bool) -> bool:
        """Gives lanes more: those with new messages and full ones at once, the others when it is time to look."""
        low = [
            lane
            for lane in self.senders.lanes.values()
            if len(lane.jobs) < BATCH // 2 and not lane.ended and not lane.failing
        ]
        wanting = [lane for lane in low if look or lane.target in touched or lane.full]
        jobs = self._waiting([Place(lane.target, lane.last, BATCH) for lane in wanting])
        for lane in wanting:
            lane.full = len(jobs[lane.target]) == BATCH
            if jobs[lane.target]:
                lane.give(jobs[lane.target])
        return any(jobs.values())

    def _start(self) -> bool:
        """Claims targets. Half of the threads are kept for targets that took the last attempt.

        A target that failed gets one message, to see whether it is back.
        """
        free = self._threads - len(self.senders.lanes)
        if free <= 0:
            self._known.keep(self.senders.lanes)
            return False
        most_bad = self._threads // 2 - sum(lane.failing for lane in self.senders.lanes.values())
        claimed = queues.claim(self._owner, self._now(), self.senders.lanes, free)
        bad = [target for target in claimed if target.resumes is not None]
        chosen = [target for target in claimed if target.resumes is None] + bad[: max(0, most_bad)]
        jobs = self._waiting([Place(each.pk, 0, 1 if each.resumes else BATCH) for each in chosen])
        for target in chosen:
            if jobs[target.pk]:
                self._start_lane(target, jobs[target.pk])
        if unused := [target.pk for target in claimed if not jobs.get(target.pk)]:
            queues.release(self._owner, unused)
        self._known.keep(self.senders.lanes)
        return any(jobs.values())

    def _waiting(self, places: list[Place]) -> dict[int, list[Job]]:
        if not places:
            return {}
        now = self._now()
        with self.senders.going_on():
            return queues.waiting(places, now, queues.not_yet_due(now), self._known)

    def _start_lane(self, target: Target, jobs: list[Job]) -> None:
        setup = targets.effective(target)
        rate = Rate(setup.rate, queues.recent(target.pk, self._now(), setup.rate)) if setup.rate else None
        lane = Lane(target.pk, jobs, failing=target.resumes is not None, rate=rate)
        open_session = partial(targets.session, target.channel, setup)
        self.senders.start(lane, open_session, posts=targets.posts(target.channel, setup))
