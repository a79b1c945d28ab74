"""Holds a value for each key while the key is in use, and for a while afterwards."""

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from typing import Generic, TypeVar

import msgspec

from streams.core.state import StateChange, StateKey

Value = TypeVar("Value")

_encode = msgspec.msgpack.Encoder().encode


class KeyedValues(Generic[Value]):
    """Holds at most `most` values by key, because senders choose keys. msgspec must be able to encode a value.

    A key at rest is dropped at a moment that its caller sets, unless it is opened again before. A step costs time for
    the keys that are due, not for all keys: `_due` is a heap of these moments.
    """

    def __init__(self, value: type[Value], most: int, entries: Mapping[StateKey, bytes] = {}) -> None:
        decode = msgspec.msgpack.Decoder(value).decode
        self.most = most
        self._value = value
        self._values = {key: decode(data) for key, data in entries.items()}
        self._changed: dict[StateKey, Value] = {}
        self._stored = set(entries)
        self._removed: set[StateKey] = set()
        self._rests: dict[StateKey, int] = {}
        self._due: list[tuple[int, StateKey]] = []

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, key: StateKey) -> Value:
        """Returns the value of a held key."""
        return self._values[key]

    def items(self) -> list[tuple[StateKey, Value]]:
        """Returns all keys with their values."""
        return list(self._values.items())

    def open(self, keys: Iterable[StateKey]) -> dict[StateKey, Value]:
        """Returns the values of keys, new ones where they have none, and marks them as changed.

        A key for which there is no room is left out.
        """
        opened: dict[StateKey, Value] = {}
        values, rests = self._values, self._rests
        for key in keys:
            value = values.get(key)
            if value is None:
                if len(values) >= self.most:
                    continue
                value = values[key] = self._value()
            opened[key] = value
            if rests:
                rests.pop(key, None)
        self._changed.update(opened)
        return opened

    def touch(self, key: StateKey) -> Value:
        """Returns the value of a held key, and marks it as changed."""
        value = self._changed[key] = self._values[key]
        return value

    def rest(self, key: StateKey, until: int) -> None:
        """Sets the millisecond at which the key is dropped unless it is opened before."""
        self._rests[key] = until
        heappush(self._due, (until, key))

    def forget(self, watermark: int) -> None:
        """Drops the keys whose rest is over."""
        while self._due and self._due[0][0] <= watermark:
            until, key = heappop(self._due)
            if self._rests.get(key) == until:
                del self._rests[key], self._values[key]
                self._changed.pop(key, None)
                self._removed.add(key)

    def changes(self) -> StateChange:
        """Returns the values that changed since the last call, without a meta."""
        put = {key: _encode(value) for key, value in self._changed.items()}
        removed = (self._removed & self._stored) - put.keys()
        self._stored -= removed
        self._stored |= put.keys()
        self._changed, self._removed = {}, set()
        return StateChange(put=put, removed=removed)
