"""From one lease to its results: read → decode → process → commit, one step at a time."""

import logging
from collections.abc import Callable
from typing import Generic

from streams.clock import SECOND
from streams.commits import Commit, Grant, Letter, LetterTakenError, RefusedError, Results, Store, StoreDownError
from streams.processors.base import Event, Processor
from streams.reading import Reader
from streams.records import SHARD_END, Batch, DeadRecord, Page

LIMIT = 10_000  # records a step: Kinesis' limit for one read
IDLE_COMMIT = SECOND  # how often a quiet shard says that it is still complete

logger = logging.getLogger(__name__)

Decode = Callable[[Batch], tuple[Batch, list[Event], list[DeadRecord]]]


class Pipeline(Generic[Event, Results]):
    """Every record that a lease covers is applied or dead-lettered exactly once.

    When a step is refused, the next ones take half as many records, until the one at fault stands alone and goes to the
    dead letters; the rest is applied.
    """

    def __init__(
        self,
        grant: Grant,
        reader: Reader,
        decode: Decode[Event],
        build: Callable[[bytes], Processor[Event, Results]],
        store: Store[Results],
    ) -> None:
        self.grant = grant
        self._reader = reader
        self._decode = decode
        self._build = build
        self._store = store
        self._checkpoint = grant.checkpoint
        self._state = grant.state
        self._clock = self._committed_clock = grant.clock
        self._processor = build(grant.state)
        self._limit = LIMIT
        self._suspects = 0  # records of a refused step that were not yet applied or found at fault
        self._attempts = 0

    @property
    def ended(self) -> bool:
        """Whether the shard was closed and all of it is applied."""
        return self._checkpoint == SHARD_END.kind

    def step(self) -> bool:
        """Applies what there is; False when there was nothing. Raises LeaseLostError, StreamError."""
        page = self._reader.read(self._limit)
        if not page.batches:
            self._rest(page)
            return False
        try:
            self._commit(self._process(page))
        except RefusedError as error:
            self._narrow(page, error)
        else:
            self._clear(_count(page))
        return True

    def replay(self, letter: Letter) -> None:
        """Applies a dead letter as if it arrived now, or notes how it failed again."""
        batch = Batch(self._clock, [letter.sequence], [letter.key], [letter.data])
        try:
            dead, results, state = self._apply([batch], self._clock)
            self._commit(Commit(self._checkpoint, self._clock, state, results, dead, replayed=letter))
        except RefusedError as error:
            self._processor = self._build(self._state)
            dead = [DeadRecord(letter.sequence, self._clock, letter.key, letter.data, str(error), 1)]
            self._commit(Commit(self._checkpoint, self._clock, self._state, dead=dead, replayed=letter))
        except LetterTakenError:
            self._processor = self._build(self._state)

    def _process(self, page: Page) -> Commit[Results]:
        newest = page.batches[-1].arrived
        clock = max(self._clock, newest, page.complete_to or 0)
        dead, results, state = self._apply(page.batches, clock)
        place = self._reader.checkpoint(page)
        return Commit(place, clock, state, results, dead, newest, _arrivals(page.batches))

    def _apply(self, batches: list[Batch], clock: int) -> tuple[list[DeadRecord], Results | None, bytes]:
        dead: list[DeadRecord] = []
        try:
            for batch in batches:
                good, events, refused = self._decode(batch)
                dead += refused
                if events:
                    dead += self._processor.add(good, events) or ()
            self._processor.advance(clock)
            return dead, self._processor.take(), self._processor.snapshot()
        except StoreDownError:
            raise  # no record is at fault
        except Exception as error:  # Whatever it is, the record at fault will be kept with it.
            raise RefusedError(f"{type(error).__name__}: {error}") from error

    def _rest(self, page: Page) -> None:
        """Nothing to read: lets time pass, so that windows close on quiet streams too."""
        clock = max(self._clock, page.complete_to or 0)
        self._processor.advance(clock)
        results = self._processor.take()
        place = self._reader.checkpoint(page)
        if results is not None or place != self._checkpoint or clock - self._committed_clock >= IDLE_COMMIT:
            self._commit(Commit(place, clock, self._processor.snapshot(), results))
            self._reader.move()
        self._clock = clock

    def _commit(self, commit: Commit[Results]) -> None:
        self._store.commit(self.grant, commit)
        if commit.dead:
            first = commit.dead[0]
            logger.warning(
                "%d records of %s/%s went to the dead letters, the first is %d: %s",
                *(len(commit.dead), self.grant.stream, self.grant.shard, first.sequence, first.error),
            )
        self._checkpoint, self._state = commit.checkpoint, commit.state
        self._clock = self._committed_clock = commit.clock

    def _clear(self, records: int) -> None:
        """So many records are behind us; once all that were in doubt are, steps are whole again."""
        self._reader.move()
        self._suspects = max(0, self._suspects - records)
        if not self._suspects:
            self._limit = LIMIT

    def _narrow(self, page: Page, error: RefusedError) -> None:
        self._attempts += 1
        self._processor = self._build(self._state)
        count = _count(page)
        if count > 1:
            self._suspects = max(self._suspects, count)
            self._limit = count // 2
            return
        [[arrived, [sequence], [key], [data]]] = page.batches
        dead = [DeadRecord(sequence, arrived, key, data, str(error), self._attempts)]
        place, clock = self._reader.checkpoint(page), max(self._clock, arrived)
        self._commit(Commit(place, clock, self._state, None, dead, arrived, _arrivals(page.batches)))
        self._attempts = 0
        self._clear(1)


def _count(page: Page) -> int:
    return sum(len(batch.keys) for batch in page.batches)


def _arrivals(batches: list[Batch]) -> dict[int, tuple[int, int]]:
    seconds: dict[int, tuple[int, int]] = {}
    for batch in batches:
        second = batch.arrived - batch.arrived % SECOND
        records, size = seconds.get(second, (0, 0))
        seconds[second] = (records + len(batch.keys), size + sum(map(len, batch.datas)))
    return seconds
