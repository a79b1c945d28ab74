"""The state of a processor, kept in memory as a store keeps it."""

from typing import Protocol

from streams.core.state import EMPTY, State, StateChange, changed


class Changing(Protocol):
    def changes(self) -> StateChange: ...


class Kept:
    """A state that grows by the changes of one processor after another."""

    def __init__(self, state: State = EMPTY) -> None:
        self.state = state

    def save(self, processor: Changing, watermark: int = 0) -> State:
        """Stores what changed and drops the history that is void at the watermark. Returns the state."""
        change = processor.changes()
        assert set(change.removed) <= set(self.state.entries)
        assert not set(change.removed) & set(change.put)
        after = changed(self.state, change)
        self.state = after._replace(history=[row for row in after.history if row.until > watermark])
        return self.state

    @property
    def size(self) -> int:
        """Returns the bytes of the state."""
        entries = sum(len("".join(key)) + len(data) for key, data in self.state.entries.items())
        return len(self.state.meta) + entries + sum(len(row.data) for row in self.state.history)


def saved(processor: Changing) -> State:
    """Returns the whole state of a processor that began with none."""
    return Kept().save(processor)
