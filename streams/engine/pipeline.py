"""Takes the records of one lease to results: read → decode → process → commit, one step at a time."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Generic

from common.text import one_line
from streams.core.clock import SECOND
from streams.core.commits import (
    Commit,
    HeldLease,
    LetterTakenError,
    RefusedError,
    Replay,
    ReplayRequest,
    Results,
    Store,
    StoreDownError,
)
from streams.core.processor import Event, Processor
from streams.core.records import SHARD_END, Batch, DeadRecord, Lost, Page, StreamError, lost_in_words, number_of
from streams.core.state import EMPTY, State, StateChange
from streams.engine.reading import Reader
from streams.engine.refusals import folded

LIMIT = 10_000  # records a step: Kinesis' limit for one read
NARROWER = 10  # times fewer records after a refusal, which loads the state again; a good step costs only a commit
IDLE_COMMIT = SECOND  # how often a quiet shard says that it is still complete

logger = logging.getLogger(__name__)

Decode = Callable[[Batch], tuple[Batch, list[Event], list[DeadRecord]]]


class Pipeline(Generic[Event, Results]):
    """Applies or dead-letters every record that a lease covers exactly once.

    When a step is refused, the next steps take a tenth of its records, until the faulty record stands alone and becomes
    a dead letter; then they grow again, and the rest is applied. If the dead letter itself is refused, a part of the
    record is kept; if that is refused too, the record is counted and logged as an error. No record holds up its shard.
    """

    def __init__(
        self,
        held: HeldLease,
        reader: Reader,
        decode: Decode[Event],
        build: Callable[[State], Processor[Event, Results]],
        store: Store[Results],
        configuration: Callable[[], Any] = lambda: None,
    ) -> None:
        """Takes the held lease.

        `configuration` is called before records are processed; Processor.configure takes its answer.
        """
        self.held = held._replace(state=EMPTY)  # it may be large, and the processor has it now
        self._reader = reader
        self._decode = decode
        self._build = build
        self._store = store
        self._checkpoint = held.checkpoint
        self._watermark = self._committed_watermark = held.watermark
        self._configuration = configuration
        self._processor = self._configured(build(held.state))
        self._limit = LIMIT
        self._suspects = 0  # records of a refused step that were not yet applied or found at fault
        self._attempts = 0

    @property
    def ended(self) -> bool:
        """Returns whether the shard was closed and all its records are applied."""
        return self._checkpoint == SHARD_END.kind

    @property
    def watermark(self) -> int:
        """Returns the millisecond before which every record that arrived is applied."""
        return self._watermark

    def step(self) -> bool:
        """Applies the next records. Returns False when there were none. Raises LeaseLostError, StreamError."""
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

    def replay(self, letters: Sequence[ReplayRequest]) -> None:
        """Applies dead letters as if they arrived now, in one commit, or notes how each failed again.

        Letters that are refused together are tried in halves. If somebody replayed or discarded a letter meanwhile, the
        other letters of that commit stay as they are, and are asked for again.
        """
        try:
            self._replay(letters)
        except RefusedError as error:
            self._rebuild()
            if len(letters) == 1:
                self._settle([Replay(letters[0], str(error))])
            else:
                middle = len(letters) // 2
                self.replay(letters[:middle])
                self.replay(letters[middle:])
        except LetterTakenError:
            self._rebuild()

    def _replay(self, letters: Sequence[ReplayRequest]) -> None:
        columns = [list(column) for column in zip(*letters, strict=True)]
        batch = Batch(self._watermark, *columns[1:])
        dead, results, state = self._apply([batch], self._watermark)
        refused = {(record.sequence, record.key, record.data): record.error for record in dead}
        outcomes = [Replay(letter, refused.get(letter[1:])) for letter in letters]
        self._commit(Commit(self._checkpoint, self._watermark, state, results, replayed=outcomes))

    def _settle(self, outcomes: Sequence[Replay]) -> None:
        """Notes outcomes that change no result."""
        with suppress(LetterTakenError):
            self._must_commit(Commit(self._checkpoint, self._watermark, None, replayed=outcomes))

    def _process(self, page: Page) -> Commit[Results]:
        newest = page.batches[-1].arrived
        watermark = max(self._watermark, newest, page.watermark or 0)
        dead, results, state = self._apply(page.batches, watermark)
        place, lost = self._reader.checkpoint(page), self._lost(page)
        return Commit(place, watermark, state, results, folded(dead), newest, _arrivals(page.batches), lost=lost)

    def _apply(self, batches: list[Batch], watermark: int) -> tuple[list[DeadRecord], Results | None, StateChange]:
        dead: list[DeadRecord] = []
        self._configured(self._processor)
        try:
            for batch in batches:
                good, events, refused = self._decode(batch)
                dead += refused
                if events:
                    dead += _under_own_keys(batch, self._processor.add(good, events))
            self._processor.advance(watermark)
            return dead, self._processor.take(), self._processor.changes()
        except StreamError:
            raise  # the store is down or damaged: no record is at fault
        except Exception as error:  # Whatever it is, the record at fault will be kept with it.
            raise RefusedError(one_line(f"{type(error).__name__}: {error}")) from error

    def _rest(self, page: Page) -> None:
        """Lets time pass when there is nothing to read, so that windows close on quiet streams too."""
        watermark = max(self._watermark, page.watermark or 0)
        self._processor.advance(watermark)
        results = self._processor.take()
        place, lost = self._reader.checkpoint(page), self._lost(page)
        if results is not None or place != self._checkpoint or watermark - self._committed_watermark >= IDLE_COMMIT:
            self._must_commit(Commit(place, watermark, self._processor.changes(), results, lost=lost))
            self._reader.acknowledge()
        self._watermark = watermark

    def _lost(self, page: Page) -> Lost | None:
        """Returns the records that expired before the page;

        None where all of them had been applied, as far as time can tell.
        """
        lost = page.lost
        return None if lost and lost.records is None and lost.until <= self._watermark else lost

    def _commit(self, commit: Commit[Results]) -> None:
        self._store.commit(self.held._replace(watermark=self._committed_watermark), commit)
        failed = [replay for replay in commit.replayed if replay.error is not None]
        if commit.lost:
            lease = f"{self.held.application} on {self.held.stream}/{self.held.shard}"
            logger.warning("%s", lost_in_words(lease, commit.lost, self._committed_watermark))
        if commit.dead:
            self._tell(
                "records of %s/%s went to the dead letters",
                commit.dead[0].sequence,
                commit.dead[0].error,
                number_of(commit.dead),
            )
        if failed:
            self._tell("dead letters of %s/%s failed again", failed[0].letter.sequence, failed[0].error, len(failed))
        self._checkpoint = commit.checkpoint
        self._watermark = self._committed_watermark = commit.watermark

    def _rebuild(self) -> None:
        """Replaces the processor, and drops the changes that no commit has stored."""
        self._processor = self._configured(self._build(self._store.state(self.held)))

    def _configured(self, processor: Processor[Event, Results]) -> Processor[Event, Results]:
        processor.configure(self._configuration())
        return processor

    def _must_commit(self, commit: Commit[Results]) -> None:
        """Commits a change for which no record is at fault.

        Raises StoreDownError where the store refuses it all the same.
        """
        try:
            self._commit(commit)
        except RefusedError as error:
            self._rebuild()
            raise StoreDownError(f"{self.held.stream}/{self.held.shard} cannot be moved on. {error}") from error

    def _clear(self, records: int) -> None:
        """Counts records as done.

        Steps grow again once the record at fault is done, to their full size when all are.
        """
        self._reader.acknowledge()
        self._suspects = max(0, self._suspects - records)
        if not self._attempts:
            self._limit = min(2 * self._limit, LIMIT)
        if not self._suspects:
            self._limit, self._attempts = LIMIT, 0

    def _narrow(self, page: Page, error: RefusedError) -> None:
        self._attempts += 1
        self._rebuild()
        count = _count(page)
        if count > 1:
            self._suspects = max(self._suspects, count)
            self._limit = max(1, count // NARROWER)
            return
        [[arrived, [sequence], [key], [data]]] = page.batches
        self._bury(page, DeadRecord(sequence, arrived, key, data, one_line(str(error)), self._attempts))
        self._attempts = 0
        self._clear(1)

    def _bury(self, page: Page, dead: DeadRecord) -> None:
        """Moves past a record that stands alone, and keeps as much of it as the store takes."""
        place, watermark = self._reader.checkpoint(page), max(self._watermark, dead.arrived)
        lost, reason = self._lost(page), ""
        for record in (dead, dead._replace(reduced=True)):
            arrivals = _arrivals(page.batches)
            try:
                self._commit(Commit(place, watermark, None, None, [record], dead.arrived, arrivals, lost=lost))
                return
            except RefusedError as error:
                reason = str(error)
        self._must_commit(Commit(place, self._watermark, None, unkept=1, lost=lost))
        logger.error(
            "A record of %s/%s could not be kept as a dead letter: sequence number %d, %d bytes, SHA-256 %s. It was"
            " refused (%s), and then its dead letter (%s).",
            self.held.stream,
            self.held.shard,
            dead.sequence,
            len(dead.data),
            hashlib.sha256(dead.data).hexdigest(),
            dead.error,
            one_line(reason),
        )

    def _tell(self, what: str, first: int, error: str | None, count: int) -> None:
        words = f"%d {what}, the first is %d: %s"
        logger.warning(words, count, self.held.stream, self.held.shard, first, one_line(error or ""))


def _under_own_keys(batch: Batch, refused: Sequence[DeadRecord]) -> Sequence[DeadRecord]:
    """Returns the records as they came: a decoder of a whole stream has put their events' keys in place of theirs."""
    if not refused:
        return refused
    keys = {(sequence, data): key for sequence, key, data in zip(*batch[1:], strict=True)}
    return [record._replace(key=keys[record.sequence, record.data]) for record in refused]


def _count(page: Page) -> int:
    return sum(len(batch.keys) for batch in page.batches)


def _arrivals(batches: list[Batch]) -> dict[int, tuple[int, int]]:
    seconds: dict[int, tuple[int, int]] = {}
    for batch in batches:
        second = batch.arrived - batch.arrived % SECOND
        records, size = seconds.get(second, (0, 0))
        seconds[second] = (records + len(batch.keys), size + sum(map(len, batch.datas)))
    return seconds
