"""Keeps tumbling windows: time is cut into steps of equal length, and each step has a tally for each key.

A window begins at a whole multiple of its step, in milliseconds since 1970. It is held for a grace time after its end,
since arrival stamps may run backwards a little, as Kinesis' may. Records that arrive later are refused.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from streams.core.clock import SECOND
from streams.core.state import EMPTY, State, StateChange, StateKey, merge

Tally = TypeVar("Tally")

_encoder = msgspec.msgpack.Encoder()
_encode = _encoder.encode
_watermark = msgspec.msgpack.Decoder(int)


# The first millisecond of a window, and its changed tallies.
Changed = tuple[int, Mapping[StateKey, Tally]]


class Window(Generic[Tally]):
    """Holds one window: the tallies by key. A key's first part is the partition key.

    An application changes the tallies of a batch by itself, since a call for each record would take most of the time.
    It asks `admit` before it sets the tally of a new key, and puts each changed tally into `changed`.
    """

    __slots__ = ("_admitted", "_most", "_parts", "changed", "new", "start", "tallies", "unsaved")

    def __init__(self, start: int, most: int, parts: int | None) -> None:
        self.start = start
        self.tallies: dict[StateKey, Tally] = {}
        self.changed: dict[StateKey, Tally] = {}  # since the last take()
        self.unsaved: dict[StateKey, Tally] = {}  # taken, but not yet returned by changes()
        self.new: set[StateKey] = set()  # keys that no changes() call has returned yet
        self._admitted: set[StateKey] = set()
        self._most, self._parts = most, parts

    def admit(self, key: StateKey) -> bool:
        """Returns whether there is room for a new key; the caller then sets its tally."""
        name = key[: self._parts]
        if name not in self._admitted:
            if len(self._admitted) >= self._most:
                return False
            self._admitted.add(name)
        self.new.add(key)
        return True

    def restore(self, key: StateKey, tally: Tally) -> None:
        """Sets a tally from a State, for any present bound."""
        self.tallies[key] = tally
        self._admitted.add(key[: self._parts])


class TumblingWindows(Generic[Tally]):
    """Holds the windows of one shard that are open or within their grace time.

    `tally` is the type of the tallies, which msgspec must be able to encode; `step` and `grace` are in milliseconds.
    `most` bounds the keys of a window, because senders choose them; with `parts`, keys with equal first `parts` parts
    count as one.
    """

    def __init__(
        self,
        tally: type[Tally],
        step: int,
        grace: int,
        most: int,
        state: State = EMPTY,
        *,
        parts: int | None = None,
    ) -> None:
        self.watermark = watermark_of(state)
        self.step, self.grace, self.most = step, grace, most
        self._parts = parts
        self._windows: dict[int, Window[Tally]] = {}
        self._closed: list[Changed[Tally]] = []  # changed tallies of windows that closed since the last take()
        self._removed: list[StateKey] = []
        decode = msgspec.msgpack.Decoder(tally).decode
        for key, data in state.entries.items():
            self._window(int(key[-1])).restore(key[:-1], decode(data))

    def at(self, moment: int) -> Window[Tally] | None:
        """Returns the window of a moment; None if it is gone, so that a new count would be wrong."""
        start = moment - moment % self.step
        if start + self.step + self.grace <= self.watermark:
            return None
        return self._window(start)

    def late(self, moment: int) -> str:
        """Returns why a record of that moment is refused, as a sentence for people."""
        seconds = (self.watermark - moment) / SECOND
        return (
            f"The record arrived {seconds:,.0f} s before the shard's watermark, and its window is closed; "
            f"a window is held for {self.grace / SECOND:,.0f} s after its end. A replay counts it in a later window."
        )

    def advance(self, watermark: int) -> Sequence[Window[Tally]]:
        """Advances the watermark, drops the windows past their grace time, and returns them, oldest first."""
        self.watermark = max(self.watermark, watermark)
        length = self.step + self.grace
        over = sorted(start for start in self._windows if start + length <= self.watermark)
        return [self._close(start) for start in over]

    def take(self) -> list[Changed[Tally]]:
        """Returns the tallies that changed since the last call, also those of windows that have closed since."""
        taken, self._closed = self._closed, []
        for window in self._windows.values():
            if window.changed:
                taken.append((window.start, window.changed))
                window.unsaved = window.unsaved | window.changed if window.unsaved else window.changed
                window.changed = {}
        return taken

    def changes(self) -> StateChange:
        """Returns the changes since the last call. Its cost grows with the changed keys, not with all of them."""
        put: dict[StateKey, bytes] = {}
        for window in self._windows.values():
            start = str(window.start)
            unsaved = window.unsaved | window.changed if window.changed else window.unsaved
            put |= {(*key, start): _encode(tally) for key, tally in unsaved.items()}
            window.unsaved, window.new = {}, set()
        removed, self._removed = self._removed, []
        return StateChange(_encode(self.watermark), put, removed)

    def _window(self, start: int) -> Window[Tally]:
        window = self._windows.get(start)
        if window is None:
            window = self._windows[start] = Window(start, self.most, self._parts)
        return window

    def _close(self, start: int) -> Window[Tally]:
        window = self._windows.pop(start)
        if window.changed:
            self._closed.append((start, window.changed))
        self._removed += [(*key, str(start)) for key in window.tallies if key not in window.new]
        return window


def watermark_of(state: State) -> int:
    """Returns the watermark in the meta of tumbling windows; 0 if there is none."""
    return _watermark.decode(state.meta) if state.meta else 0


def set_back(state: State, watermark: int) -> State:
    """Returns the state with its watermark no later than `watermark`, in milliseconds."""
    return state._replace(meta=_encode(min(watermark_of(state), watermark)))


def inherit(states: Sequence[State], owns: Callable[[str], bool], watermark: int | None = None) -> State:
    """Returns the state of a child shard: its parents' tallies of the keys that it owns.

    Its watermark is the parents' latest, or `watermark` if given: a window that one of them has closed stays closed.
    """
    latest = max(map(watermark_of, states), default=0) if watermark is None else watermark
    return merge(states, owns)._replace(meta=_encode(latest))
