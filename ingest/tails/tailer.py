"""Reads the files of one flow and puts their records, each batch together with the positions after it."""

import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from common.text import escaped
from ingest.tails import files, positions, tallies
from ingest.tails.cutting import MOST_DATA, Cut, State, cut, cut_off
from ingest.tails.files import ChangedError, Followed, Piece
from ingest.tails.flows import Flow
from ingest.tails.positions import Position
from ingest.tails.tallies import Tally
from ingest.tails.targets import Marks, Target, ThrottledError
from ingest.tails.tracking import LAST_LINE, Tracker
from streams.core.records import Entry, StreamDownError

LOOK = 0.1  # seconds between two looks at the files, as Kinesis Agent has it
BYTES_A_BATCH = 4 << 20
RECORDS_A_BATCH = 100_000
# A conversion repeats names in each record, so that a file of short lines would grow a thousandfold at once.
LINES_CONVERTED = 4096  # at a time
BYTES_CONVERTED = 16 << 20  # made by conversions for a batch, exceeded by at most LINES_CONVERTED records
STARTED, TALLY = "started", "tally"

logger = logging.getLogger(__name__)


class Step(NamedTuple):
    """Holds one file's part of a batch."""

    file: Followed
    position: Position  # after the records of the batch
    held: bool


class Batch(NamedTuple):
    """Holds records that are read, and the positions after them."""

    entries: list[Entry]
    steps: list[Step]
    tally: Tally


class Tailer:
    """Runs one flow. `step` is deterministic: after a failed put the same bytes make the same records."""

    def __init__(
        self, flow: Flow, target: Target, tracker: Tracker, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Takes the stored positions. Raises StreamError, and ValueError for a damaged mark."""
        self.flow = flow
        self.tracker = tracker
        self._target = target
        self._monotonic = monotonic
        self._next_look = 0.0
        self._more = False  # the last step has read something
        self._most = RECORDS_A_BATCH
        self._made = 0  # bytes made by conversions for the batch
        self._left: tuple[Batch, Marks] | None = None  # a put that failed
        marks = target.marks(flow.prefix)
        self.tally = tallies.decoded(marks.get(flow.prefix + TALLY))
        self._was_started = flow.prefix + STARTED in marks
        if self._was_started:
            tracker.load(positions.decoded(marks, flow.prefix), monotonic())

    def step(self) -> int:
        """Puts one batch; returns how many records, or -1 if there was nothing to do. Raises StreamError."""
        now = self._monotonic()
        if self._left:
            return self._put(*self._left)
        if now >= self._next_look:
            self.tracker.look(now)
            self._next_look = now + LOOK
            self._tell()
        elif not self._more:
            return -1
        batch = self._read(now)
        self._more = bool(batch.steps)
        if not batch.steps and not self.tracker.changes and self._was_started:
            return -1
        return self._put(batch, self._marks(batch))

    def caught_up(self) -> bool:
        """Returns whether everything is put but last lines without a newline, in files that may still grow."""
        waiting = any(self._awaits_end(file) for file in self.tracker.held())
        return self.tracker.started and not self._left and not waiting and self.tracker.caught_up()

    def _awaits_end(self, file: Followed) -> bool:
        return (
            file.held
            and file.tried != file.size
            and (self.flow.rules.start is not None or self.tracker.has_ended(file))
        )

    def _tell(self) -> None:
        for sentence in self.tracker.told:
            logger.warning(escaped(sentence))
        self.tracker.told.clear()

    def _read(self, now: float) -> Batch:
        batch = Batch([], [], self.tally.copied())
        self._made = 0
        ready = [(file, False) for file in self.tracker.readable()]
        for file in self.tracker.held():
            if self._awaits_end(file) and now - file.quiet_since >= LAST_LINE:
                ready.append((file, True))  # noqa: PERF401 - a list of two kinds
        for file, final in ready:
            if self._is_full(batch) or len(batch.entries) >= self._most:
                break
            try:
                self._take_pieces(file, batch, final=final)
            except ChangedError:
                self.tracker.truncated(file, now)
                self._next_look = now
            except OSError as error:
                self.tracker.fault(file, error, now)
        return batch

    def _is_full(self, batch: Batch) -> bool:
        """Returns whether so much was read, or made of it, that no more is added."""
        return batch.tally.size - self.tally.size >= BYTES_A_BATCH or self._made >= BYTES_CONVERTED

    def _take_pieces(self, file: Followed, batch: Batch, *, final: bool) -> None:
        """Adds records of one file to the batch, piece by piece. Raises ChangedError and OSError."""
        descriptor = self.tracker.descriptors.open(file)
        if len(file.first) < files.FIRST:
            self.tracker.firsts.note(file, positions.first_of(descriptor))
        position, held, done = file.position, False, False
        try:
            while not done and not self._is_full(batch):
                before = position
                position, left = self._take(file, position, descriptor, batch, final=final)
                held, done = 0 < left < files.READ, left < files.READ or position is before
                if len(batch.entries) >= self._most:
                    held = False
                    break
        finally:
            if position is not file.position:
                batch.steps.append(Step(file, position, held))
        if final:
            file.tried = file.size
        if position is file.position:
            file.held = held

    def _take(
        self, file: Followed, position: Position, descriptor: int, batch: Batch, *, final: bool
    ) -> tuple[Position, int]:
        """Adds the records of one piece to the batch.

        Returns the position after it, and how many bytes were left of it; files.READ if there may be more.
        """
        piece = files.read(descriptor, position)
        found, is_part = self._cut(file, position, piece, final=final, most=self._most - len(batch.entries))
        if not found.consumed and piece.start == position.offset:
            return position, len(piece.data)
        new = files.advanced(
            descriptor,
            position,
            piece,
            found.consumed,
            headers=found.state.headers,
            inside=found.state.inside,
            size=max(file.size, piece.start + found.consumed),
            seen=self.tracker.now(),
        )
        batch.tally.size += new.offset - position.offset
        batch.tally.overlong += found.overlong
        batch.entries.extend(self._entries(found.records, file, batch.tally))
        more = is_part or len(piece.data) == files.READ
        return new, files.READ if more else len(piece.data) - found.consumed

    def _cut(self, file: Followed, position: Position, piece: Piece, *, final: bool, most: int) -> tuple[Cut, bool]:
        """Returns the records of a piece, or of its first lines; and whether it is only of these."""
        state = State(position.headers, position.inside)
        data, rules = piece.data, self.flow.rules
        if final and not self.tracker.has_ended(file):
            data = data[: data.rfind(b"\n") + 1]  # the file may still grow: its last line stays
        lines = most if self._most < RECORDS_A_BATCH else len(data)
        if self.flow.converts:
            lines = min(lines, LINES_CONVERTED)
        if lines < len(data) and (end := _end_of_lines(data, lines)):
            found = cut(data[:end], state, rules)
            if found.consumed:
                return found, end < len(data)
        return cut(data, state, rules, final=final), False

    def _entries(self, records: list[bytes], file: Followed, tally: Tally) -> list[Entry]:
        datas = list(filter(None, records))
        tally.blank += len(records) - len(datas)
        for convert in self.flow.converts:
            datas = convert(datas, tally)
        if self.flow.converts:
            if self.flow.newline:
                datas = [data + b"\n" for data in datas]
            tally.overlong += sum(len(data) > MOST_DATA for data in datas)
            datas = [cut_off(data, self.flow.rules.terminator) for data in datas]
            self._made += sum(map(len, datas))
        tally.records += len(datas)
        return list(zip(self.flow.key(datas, file.position.path, tally), datas, strict=True))

    def _marks(self, batch: Batch) -> dict[str, str | None]:
        prefix = self.flow.prefix
        changed = dict(self.tracker.changes) | {step.file.serial: step.position for step in batch.steps}
        marks = {
            f"{prefix}{serial}": None if position is None else positions.encoded(position)
            for serial, position in changed.items()
        }
        marks[prefix + TALLY] = tallies.encoded(batch.tally)
        marks[prefix + STARTED] = self.flow.name
        return marks

    def _put(self, batch: Batch, marks: Marks) -> int:
        self._left = batch, marks
        try:
            self._target.put(batch.entries, marks)
        except ThrottledError:
            self._left, self._most = None, max(1, len(batch.entries) // 2)
            raise
        except StreamDownError as error:
            if error.left is not None:
                self._left = batch._replace(entries=list(error.left)), marks
            raise
        self._left = None
        self._most = min(RECORDS_A_BATCH, 2 * self._most)
        self._was_started = True
        self.tracker.changes.clear()
        for step in batch.steps:
            step.file.position, step.file.held = step.position, step.held
        self.tally = batch.tally
        return len(batch.entries)


def _end_of_lines(data: bytes, most: int) -> int:
    """Returns the end of the first so many lines; 0 if there are fewer."""
    place = 0
    for _ in range(most):
        place = data.find(b"\n", place) + 1
        if not place:
            return 0
    return place
