"""Runs the flows of a configuration in turn, until it is told to stop."""

import logging
import time
from collections.abc import Callable, Sequence

from common.outage_log import OutageLog
from common.text import counted, escaped
from ingest.tails.tailer import Tailer
from ingest.tails.tallies import Tally
from ingest.tails.targets import ThrottledError
from streams.applications import Row
from streams.core.records import StreamDownError
from streams.engine import signals

RETRY = 1.0  # seconds before a put is tried again that failed
THROTTLED = 0.1  # seconds before a stream is asked again that takes fewer records a second

logger = logging.getLogger(__name__)


class TailRunner:
    """Is the runner of `manage.py produce tail`."""

    def __init__(
        self,
        tailers: Sequence[Tailer],
        *,
        until_caught_up: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tailers = tailers
        self._until_caught_up = until_caught_up
        self._monotonic = monotonic
        self._began = monotonic()
        self._before = [tailer.tally.copied() for tailer in tailers]
        self._not_before = [0.0] * len(tailers)
        self._outages = [OutageLog(logger, monotonic) for _ in tailers]

    def step(self) -> bool:
        """Puts one batch of each flow. A stream that is down is tried again each second; no line is left out."""
        found = [self._step(place, tailer) for place, tailer in enumerate(self._tailers)]
        return any(found)

    def _step(self, place: int, tailer: Tailer) -> bool:
        if self._monotonic() < self._not_before[place]:
            return False
        try:
            records = tailer.step()
        except ThrottledError:
            self._not_before[place] = self._monotonic() + THROTTLED
            return False
        except StreamDownError as error:
            self._outages[place].failure(error)
            self._not_before[place] = self._monotonic() + RETRY
            return False
        if records >= 0:
            self._outages[place].recovered()
        if records > 0:
            signals.put.send(type(self), stream=tailer.flow.stream, records=records)
        return records >= 0

    def finished(self) -> bool:
        return self._until_caught_up and all(tailer.caught_up() for tailer in self._tailers)

    def in_words(self) -> list[str]:
        lines = []
        for row in self._rows():
            lines.append(
                f"Put {counted(row['records'], 'record')} of {counted(row['size'], 'byte')} into {row['stream']}"
                f" in {row['seconds']:,.1f} s: {row['flow']}."
            )
            lines += [f"  {sentence}" for sentence in misses(row)]
        return [escaped(line) for line in lines]

    def row(self) -> Row:
        return {"flows": self._rows()}

    def _rows(self) -> list[Row]:
        seconds = round(self._monotonic() - self._began, 3)
        return [
            {"flow": tailer.flow.name, "stream": tailer.flow.stream, "seconds": seconds} | _since(before, tailer.tally)
            for before, tailer in zip(self._before, self._tailers, strict=True)
        ]


COUNTS = ("records", "size", "blank", "unmatched", "overlong", "extra", "keyless")
MISSES = {  # a count of a tally: its noun, and the rest of the sentence for many
    "blank": ("blank line", "were left out"),
    "unmatched": ("line", "could not be converted, and were left out"),
    "overlong": ("record", "were too long, and were cut off"),
    "extra": ("line", "had more columns than there are names"),
    "keyless": ("record", "had no partition key where it was looked for, and got one by the content"),
}


def _since(before: Tally, now: Tally) -> Row:
    return {name: getattr(now, name) - getattr(before, name) for name in COUNTS}


def misses(row: Row) -> list[str]:
    """Returns a sentence for each kind of line or record of a tally that was not taken as it came."""
    return [_sentence(row[name], noun, rest) for name, (noun, rest) in MISSES.items() if row[name]]


def _sentence(number: int, noun: str, rest: str) -> str:
    return f"{counted(number, noun)} {rest.replace('were ', 'was ') if number == 1 else rest}."
