"""The order rate of each site in a true sliding window, and the alarms it raises.

The count is evaluated at every order line, over the lines that arrived in the 15 s up to and including it: what SQL
calls COUNT(*) OVER (PARTITION BY site RANGE INTERVAL '15' SECOND PRECEDING), lines of one millisecond in the order of
their sequence numbers. An alarm episode lasts from the first evaluation at or above the threshold until one falls
below; on a quiet stream, until no further line could reach the threshold. That rule depends on records alone, so a
replay finds the same episodes. Each evaluation at or above the threshold calls for a notification; one is let through
when none was in the 60 s before, the others are counted as suppressed.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Annotated

import msgspec

from streams.clock import MINUTE, SECOND
from streams.processors.base import Decoder, padded
from streams.records import Batch
from streams.results.orders import Call, Count, Episode, OrderResults, Second

WINDOW = 15 * SECOND
QUIET = MINUTE  # at most one notification per site in this time

Text = Annotated[str, msgspec.Meta(max_length=1000)]


class OrderLine(msgspec.Struct, gc=False):
    """One line of an order, with the names of the Online Retail data."""

    site: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    InvoiceNo: Text
    StockCode: Text
    Quantity: int
    InvoiceDate: Text
    UnitPrice: float
    Description: Text = ""
    Customer: Text = ""
    Country: Text = ""


class SiteState(msgspec.Struct, array_like=True):
    """One site's window. `runs` are (millisecond, lines), oldest first: their number does not grow with the rate."""

    runs: list[tuple[int, int]] = []
    count: int = 0
    second: Second | None = None
    episode: Episode | None = None
    below_since: int | None = None  # when the count last fell below the threshold of an open episode
    notified: int | None = None
    suppressed: int = 0  # since the last notification
    newest: int = 0


class State(msgspec.Struct):
    clock: int = 0
    sites: dict[str, SiteState] = {}


decode = Decoder(OrderLine, "site", attrgetter("site"))
_encoder = msgspec.msgpack.Encoder()
_state_decoder = msgspec.msgpack.Decoder(State)


class OrdersProcessor:
    """Processor of `orders`. `thresholds` gives the lines in 15 s at which a site's alarm begins, at least 1."""

    def __init__(self, snapshot: bytes, thresholds: Callable[[], Mapping[str, int]], default: int) -> None:
        self._state = _state_decoder.decode(snapshot) if snapshot else State()
        self._thresholds = thresholds
        self._default = default
        self._counts: set[str] = set()
        self._seconds: dict[tuple[str, int], Second] = {}
        self._episodes: dict[tuple[str, str], Episode] = {}
        self._calls: list[Call] = []

    def add(self, batch: Batch, events: list[OrderLine]) -> None:
        self._state.clock = now = max(self._state.clock, batch.arrived)
        thresholds = self._thresholds()
        for site, lines in Counter(batch.keys).items():
            state = self._state.sites.setdefault(site, SiteState())
            threshold = thresholds.get(site, self._default)
            self._expire(site, state, threshold, now)
            before = state.count
            self._count(site, state, lines, now)
            if state.count >= threshold:
                first = max(0, threshold - before - 1)  # of this batch's lines, the one that reaches it
                self._alarm(site, state, threshold, lines - first, _nth(batch, site, first))

    def advance(self, clock: int) -> None:
        if clock <= self._state.clock:
            return
        self._state.clock = clock
        thresholds = self._thresholds()
        for site, state in self._state.sites.items():
            self._expire(site, state, thresholds.get(site, self._default), clock)

    def take(self) -> OrderResults | None:
        clock = self._state.clock
        sites = self._state.sites
        results = OrderResults(
            [Count(site, sites[site].count, clock, sites[site].newest) for site in sorted(self._counts)],
            [(site, second) for (site, _), second in self._seconds.items()],
            list(self._episodes.values()),
            self._calls,
        )
        self._counts, self._seconds, self._episodes, self._calls = set(), {}, {}, []
        return results if any(results) else None

    def snapshot(self) -> bytes:
        return _encoder.encode(self._state)

    def _expire(self, site: str, state: SiteState, threshold: int, now: int) -> None:
        """Lets go of the lines that have left the window, and ends the alarm that no next line could keep up."""
        while state.runs and state.runs[-1][0] > now:  # when an older stream is read on: they are still to come
            state.count -= state.runs.pop()[1]
        gone = 0
        while gone < len(state.runs) and state.runs[gone][0] < now - WINDOW:
            moment, lines = state.runs[gone]
            if state.count >= threshold > state.count - lines:
                state.below_since = moment + WINDOW + 1
            state.count -= lines
            gone += 1
        if gone:
            del state.runs[:gone]
            self._counts.add(site)
        if state.episode and state.count <= max(threshold - 2, 0):
            self._end(site, state, now)

    def _end(self, site: str, state: SiteState, now: int) -> None:
        assert state.episode
        state.episode.ended = max(state.episode.started, state.below_since or now)
        self._episodes[site, state.episode.sequence] = state.episode
        state.episode = state.below_since = None

    def _count(self, site: str, state: SiteState, lines: int, now: int) -> None:
        state.runs.append((now, lines))
        state.count += lines
        state.newest = now
        second = now - now % SECOND
        if state.second is None or state.second.second != second:
            state.second = Second(second, 0, 0)
        state.second.lines += lines
        state.second.peak = max(state.second.peak, state.count)
        self._seconds[site, second] = state.second
        self._counts.add(site)

    def _alarm(self, site: str, state: SiteState, threshold: int, calls: int, sequence: str) -> None:
        now = state.newest
        if state.episode is None:
            state.episode = Episode(site, sequence, now, threshold, state.count)
        episode = state.episode
        state.below_since = None
        episode.peak = max(episode.peak, state.count)
        episode.lines += calls
        if state.notified is None or now - state.notified >= QUIET:
            self._calls.append(Call(site, now, sequence, state.count - calls + 1, threshold, state.suppressed))
            state.notified, state.suppressed = now, 0
            episode.notifications += 1
            calls -= 1
        episode.suppressed += calls
        state.suppressed += calls
        self._episodes[site, episode.sequence] = episode


def _nth(batch: Batch, site: str, index: int) -> str:
    """The padded sequence number of the site's line of that index in the batch."""
    places = (place for place, key in enumerate(batch.keys) if key == site)
    return padded(batch.sequences[next(place for count, place in enumerate(places) if count == index)])


def inherit(snapshots: list[bytes], owns: Callable[[str], bool], clock: int | None = None) -> bytes:
    """Returns the state of a child shard: what its parents held of the keys that it owns, as of `clock` if given."""
    parents = [_state_decoder.decode(snapshot) for snapshot in snapshots if snapshot]
    child = State(clock=max((parent.clock for parent in parents), default=0) if clock is None else clock)
    for parent in parents:
        child.sites |= {site: state for site, state in parent.sites.items() if owns(site)}
    return _encoder.encode(child)
