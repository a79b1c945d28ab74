"""From one leased shard to its results: read → decode → process → commit, one step at a time."""

import logging
from collections.abc import Callable
from typing import Generic

from streams.clock import SECOND
from streams.commits import Commit, Grant, RefusedError, Results, Store
from streams.processors.base import Event, Processor
from streams.records import SHARD_END, Batch, DeadRecord, Page, after
from streams.stream.base import Stream

LIMIT = 10_000  # records a step: Kinesis' limit for one read
IDLE_COMMIT = SECOND  # how often a quiet shard says that it is still complete

logger = logging.getLogger(__name__)

Decode = Callable[[Batch], tuple[Batch, list[Event], list[DeadRecord]]]


class ShardPipeline(Generic[Event, Results]):
    """Every record of a shard is applied or dead-lettered exactly once.

    When a step is refused, the next ones take half as many records, until the one at fault stands alone and goes to the
    dead letters; the rest is applied.
    """

    def __init__(
        self,
        grant: Grant,
        stream: Stream,
        decode: Decode[Event],
        build: Callable[[bytes], Processor[Event, Results]],
        store: Store[Results],
    ) -> None:
        self._grant = grant
        self._stream = stream
        self._decode = decode
        self._build = build
        self._store = store
        self._position = grant.checkpoint
        self._state = grant.state
        self._clock = self._committed_clock = grant.clock
        self._processor = build(grant.state)
        self._limit = LIMIT
        self._suspect_until = 0  # the last sequence number of a refused step
        self._attempts = 0

    @property
    def ended(self) -> bool:
        """Whether the shard was closed and all of it is applied."""
        return self._position == SHARD_END

    def step(self) -> bool:
        """Applies what there is; False when there was nothing. Raises LeaseLostError, StreamError."""
        page = self._stream.read(self._grant.shard, self._position, self._limit)
        if not page.batches:
            self._rest(page)
            return False
        try:
            self._commit(self._process(page))
        except RefusedError as error:
            self._narrow(page, error)
        else:
            if self._limit < LIMIT and self._position.value >= self._suspect_until:
                self._limit = LIMIT
        return True

    def _process(self, page: Page) -> Commit[Results]:
        dead: list[DeadRecord] = []
        try:
            for batch in page.batches:
                good, events, refused = self._decode(batch)
                dead += refused
                if events:
                    self._processor.add(good, events)
            clock = max(self._clock, page.batches[-1].arrived, page.complete_to or 0)
            self._processor.advance(clock)
            results, state = self._processor.take(), self._processor.snapshot()
        except Exception as error:  # Whatever it is, the record at fault will be kept with it.
            raise RefusedError(f"{type(error).__name__}: {error}") from error
        last = page.batches[-1]
        return Commit(after(last.sequences[-1]), clock, state, results, dead, last.arrived, _arrivals(page.batches))

    def _rest(self, page: Page) -> None:
        """Nothing to read: lets time pass, so that windows close on quiet streams too."""
        clock = max(self._clock, page.complete_to or 0)
        self._processor.advance(clock)
        results = self._processor.take()
        if results is not None or page.ended or clock - self._committed_clock >= IDLE_COMMIT:
            position = SHARD_END if page.ended else self._position
            self._commit(Commit(position, clock, self._processor.snapshot(), results, [], None, {}))
        self._clock = clock

    def _commit(self, commit: Commit[Results]) -> None:
        self._store.commit(self._grant, commit)
        if commit.dead:
            first = commit.dead[0]
            logger.warning(
                "%d records of %s/%s went to the dead letters, the first is %d: %s",
                *(len(commit.dead), self._grant.stream, self._grant.shard, first.sequence, first.error),
            )
        self._position, self._state = commit.checkpoint, commit.state
        self._clock = self._committed_clock = commit.clock

    def _narrow(self, page: Page, error: RefusedError) -> None:
        self._attempts += 1
        self._processor = self._build(self._state)
        count = sum(len(batch.keys) for batch in page.batches)
        if count > 1:
            self._suspect_until = max(self._suspect_until, page.batches[-1].sequences[-1])
            self._limit = count // 2
            return
        [[arrived, [sequence], [key], [data]]] = page.batches
        dead = DeadRecord(sequence, arrived, key, data, str(error), self._attempts)
        self._commit(
            Commit(
                after(sequence), max(self._clock, arrived), self._state, None, [dead], arrived, _arrivals(page.batches)
            )
        )
        self._attempts = 0


def _arrivals(batches: list[Batch]) -> dict[int, tuple[int, int]]:
    seconds: dict[int, tuple[int, int]] = {}
    for batch in batches:
        second = batch.arrived - batch.arrived % SECOND
        records, size = seconds.get(second, (0, 0))
        seconds[second] = (records + len(batch.keys), size + sum(map(len, batch.datas)))
    return seconds
