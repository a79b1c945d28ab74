"""The log of a state returns its entries at a cost that follows the changes, also when commits fail."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.entry_log import Bounds
from streams.core.segments import DamagedStateError, SegmentId, entry_size
from streams.core.state import HistoryRow, State, StateChange, StateKey, changed
from streams.core.state_log import StateLog, Write

TINY = Bounds(head=100, segment=200)
KEYS = st.sampled_from([("a",), ("b",), ("a", "x"), ("é", "y"), ("c", ""), ("d",)])
VALUES = st.binary(max_size=60)


class Stored:
    """A head and its segments, as a database has them."""

    def __init__(self, bounds: Bounds = TINY) -> None:
        self.bounds = bounds
        self.head = b""
        self.segments: dict[SegmentId, bytes] = {}
        self.written: list[int] = []  # bytes by commit
        self.reads = 0
        self.log = StateLog(self.read, bounds)

    def read(self, segments: Sequence[SegmentId]) -> Iterator[tuple[SegmentId, bytes]]:
        self.reads += len(segments)
        return ((segment, self.segments[segment]) for segment in segments if segment in self.segments)

    def commit(self, write: Write) -> None:
        assert self.segments.keys().isdisjoint(write.added)
        self.head = write.head
        self.segments |= write.added
        for segment in write.removed:
            del self.segments[segment]
        self.written.append(len(write.head) + sum(map(len, write.added.values())))

    def change(self, change: StateChange, watermark: int = 0) -> None:
        self.commit(self.log.write(change, watermark))

    def again(self) -> State:
        """Loads the state as a worker does that takes the lease over."""
        self.log = StateLog(self.read, self.bounds)
        return self.log.load(self.head)

    @property
    def size(self) -> int:
        return sum(map(len, self.segments.values()))


def put(*keys: str, size: int = 10) -> StateChange:
    return StateChange(b"m", {(key,): b"x" * size for key in keys})


@st.composite
def changes(draw: st.DrawFn) -> tuple[StateChange, int, str]:
    """Returns a change, the advance of the watermark, and the outcome of the commit."""
    entries = draw(st.dictionaries(KEYS, VALUES, max_size=4))
    removed = draw(st.sets(KEYS, max_size=3)) - entries.keys()
    lives = draw(st.lists(st.integers(1, 40), max_size=3))
    history = [HistoryRow("a", life, bytes([life]) * life) for life in lives]
    passed = draw(st.integers(0, 15))
    return StateChange(draw(st.binary(max_size=5)), entries, removed, history), passed, draw(st.sampled_from(FATES))


FATES = ["stored", "stored", "stored", "refused", "taken over", "replaced"]


@settings(max_examples=300)
@given(st.lists(changes(), max_size=60))
def test_state_log_returns_its_entries_when_any_commit_may_fail(
    steps: list[tuple[StateChange, int, str]],
) -> None:
    stored, expected, watermark = Stored(), State(history=[]), 0
    for change, passed, fate in steps:
        watermark += passed
        change = change._replace(
            history=[HistoryRow(row.key, row.until + watermark, row.data) for row in change.history]
        )
        after = changed(expected, change)
        log = stored.log
        write = log.replace(after) if fate == "replaced" else log.write(change, watermark)
        if fate != "refused":
            stored.commit(write)
            until = 0 if fate == "replaced" else watermark
            expected = after._replace(history=[row for row in after.history if row.until > until])
        if fate != "stored":
            assert stored.again() == expected
    assert stored.again() == expected


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 80), st.booleans()), min_size=100, max_size=400))
def test_segments_have_a_bounded_multiple_of_their_live_bytes(steps: list[tuple[int, bool]]) -> None:
    stored = Stored()
    live: dict[StateKey, int] = {}
    for key, stays in steps:
        one = (str(key),)
        live.pop(one, None)
        if stays:
            live[one] = entry_size(one, b"x" * 10)
        stored.change(put(*one) if stays else StateChange(b"m", {}, {one}))
        assert stored.size <= 3 * max(sum(live.values()), 0) + 6 * TINY.head + 2 * TINY.segment


def test_small_state_is_its_head_alone() -> None:
    stored = Stored(Bounds())
    for step in range(200):
        stored.change(put(*(f"key {key}" for key in range(50)), size=step), step)
    assert (stored.segments, len(stored.again().entries), stored.reads) == ({}, 50, 0)


def test_commit_cost_follows_the_changes_alone() -> None:
    costs = []
    for held in (2_000, 20_000):
        stored = Stored(Bounds())
        stored.change(put(*(str(key) for key in range(held)), size=50))
        stored.written.clear()
        for step in range(300):
            stored.change(put(*(str((7919 * step + key) % held) for key in range(10)), size=50))
        costs.append(sum(stored.written) // 300)
    assert max(costs) < 2 * Bounds().head


def test_history_is_removed_by_whole_segments_after_the_watermark() -> None:
    stored = Stored()
    for step in range(200):
        stored.change(StateChange(b"m", history=[HistoryRow("k", step + 10, b"x" * 20)]), step)
    assert [row.until for row in stored.again().history] == list(range(200, 210))
    assert stored.size < 1000
    stored.change(StateChange(b"m"), 209)
    assert (stored.again().history, stored.segments) == ([], {})


def test_segments_are_removed_with_the_last_key() -> None:
    stored = Stored()
    stored.change(put(*map(str, range(100))))
    for key in range(100):
        stored.change(StateChange(b"m", {}, {(str(key),)}))
    for _ in range(2):  # the marks of removal lie in the newest segments
        stored.change(StateChange(b"m"))
    assert (stored.again(), stored.segments) == (State(b"m", history=[]), {})


def test_a_removed_key_does_not_come_back_from_an_older_segment() -> None:
    stored = Stored()
    stored.change(put("old", *map(str, range(20))))
    stored.change(put("old", size=90))
    stored.change(StateChange(b"m", {}, {("old",)}))
    stored.change(put("other", size=95))
    assert ("old",) not in stored.again().entries


@pytest.mark.parametrize("damage", ["missing", "cut", "altered", "of another release"])
def test_damaged_segment_raises(damage: str) -> None:
    stored = Stored()
    stored.change(put(*map(str, range(20))))
    segment = next(iter(stored.segments))
    data = stored.segments.pop(segment)
    if damage != "missing":
        altered = {"cut": data[:-1], "altered": data[:-1] + b"?", "of another release": b"{}"}
        stored.segments[segment] = altered[damage]
    with pytest.raises(DamagedStateError, match=r"^segment 0 of its state is (missing|damaged)"):
        stored.again()


@pytest.mark.parametrize("head", [b"\x82", b"\xc1\x02abcd", b"{}"])
def test_damaged_head_raises(head: bytes) -> None:
    with pytest.raises(DamagedStateError, match=r"^its state is damaged"):
        StateLog(Stored().read).load(head)


def test_an_entry_or_a_row_larger_than_a_segment_is_refused() -> None:
    with pytest.raises(ValueError, match=r"state of \('big',\) would have 314 bytes; 200 is the most"):
        Stored().change(put("big", size=296))
    with pytest.raises(ValueError, match="history row would have 321 bytes; 200 is the most"):
        Stored().change(StateChange(history=[HistoryRow("k", 1, b"x" * 300)]))
