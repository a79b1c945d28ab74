"""Provides a processor that adds each event to the tally of its partition key in a tumbling window."""

from collections.abc import Callable
from typing import Generic, TypeVar

from streams.core.processor import Event, Processor, refuse
from streams.core.records import Batch, DeadRecord
from streams.core.state import StateChange, StateKey
from streams.windows.tumbling import TumblingWindows

Tally = TypeVar("Tally")
Row = tuple[int, StateKey, Tally]  # the first millisecond of a window, a key, its tally


class TumblingProcessor(Processor[Event, list[Row[Tally]]], Generic[Event, Tally]):
    """Returns the rows of changed tallies: the first millisecond of the window, the key in a tuple, and the tally.

    `begin` makes an empty tally and `add` adds an event to it. `too_many` is the sentence for people that refuses a
    key past the bound of the windows; it may have {most} and {key!r}.
    """

    def __init__(
        self,
        windows: TumblingWindows[Tally],
        begin: Callable[[], Tally],
        add: Callable[[Tally, Event], None],
        too_many: str,
    ) -> None:
        self._windows, self._begin, self._add, self._too_many = windows, begin, add, too_many

    def add(self, batch: Batch, events: list[Event]) -> list[DeadRecord]:
        window = self._windows.at(batch.arrived)
        if window is None:
            late = self._windows.late(batch.arrived)
            return refuse(batch, range(len(events)), lambda _: late)
        tallies, changed, add = window.tallies, window.changed, self._add
        refused: list[int] = []
        for index, (name, event) in enumerate(zip(batch.keys, events, strict=True)):
            key = (name,)
            tally = tallies.get(key)
            if tally is None:
                if not window.admit(key):
                    refused.append(index)
                    continue
                tally = tallies[key] = self._begin()
            add(tally, event)
            changed[key] = tally
        return refuse(batch, refused, lambda key: self._too_many.format(most=f"{self._windows.most:,}", key=key))

    def advance(self, watermark: int) -> None:
        self._windows.advance(watermark)

    def take(self) -> list[Row[Tally]] | None:
        rows = [(start, key, tally) for start, tallies in self._windows.take() for key, tally in tallies.items()]
        return rows or None

    def changes(self) -> StateChange:
        return self._windows.changes()
