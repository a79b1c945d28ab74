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
from heapq import heapify, heappop, heappush
from operator import attrgetter, itemgetter
from typing import Annotated

import msgspec

from streams.clock import MINUTE, SECOND
from streams.names import MOST_NAME
from streams.processors.base import Decoder, padded, refuse
from streams.records import Batch, DeadRecord
from streams.results.orders import Call, Count, Episode, OrderResults, Second

WINDOW = 15 * SECOND
QUIET = MINUTE  # at most one notification per site in this time
FORGET = 60 * MINUTE  # how long the state of a site from which nothing comes is held
SITES_MOST = 5_000  # of a shard

Text = Annotated[str, msgspec.Meta(max_length=1000)]


class OrderLine(msgspec.Struct, gc=False):
    """One line of an order, with the names of the Online Retail data."""

    site: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_NAME)]
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
_NAME = itemgetter(0)
_encoder = msgspec.msgpack.Encoder()
_state_decoder = msgspec.msgpack.Decoder(State)


class OrdersProcessor:
    """Processor of `orders`. `thresholds` gives the lines in 15 s at which a site's alarm begins, at least 1.

    A step costs what is due and not how many sites there are: `_due` is a heap with the moment at which the oldest run
    of each site leaves its window. `_idle` is a heap of the sites whose windows were empty, with their newest line;
    after FORGET the state of a site that is still empty is dropped. `most` bounds the sites that a shard holds.
    """

    def __init__(
        self,
        snapshot: bytes,
        thresholds: Callable[[], Mapping[str, int]],
        default: int,
        most: int = SITES_MOST,
    ) -> None:
        self._state = _state_decoder.decode(snapshot) if snapshot else State()
        self._thresholds = thresholds
        self._default = default
        self._most = most
        sites = self._state.sites
        self._due = [(_leaves(state.runs[0]), site) for site, state in sites.items() if state.runs]
        heapify(self._due)
        self._idle = [(state.newest, site) for site, state in sites.items() if not state.runs]
        heapify(self._idle)
        self._open = {site for site, state in sites.items() if state.episode}
        self._counts: dict[str, SiteState] = {}
        self._seconds: dict[tuple[str, int], Second] = {}
        self._episodes: dict[tuple[str, str], Episode] = {}
        self._calls: list[Call] = []

    def add(self, batch: Batch, events: list[OrderLine]) -> list[DeadRecord]:
        self._state.clock = now = max(self._state.clock, batch.arrived)
        thresholds = self._thresholds()
        self._move_on(thresholds, now)
        refused: set[str] = set()
        for site, lines in Counter(batch.keys).items():
            state = self._state.sites.get(site) or self._begin(site)
            if state is None:
                refused.add(site)
                continue
            threshold = thresholds.get(site, self._default)
            before = state.count
            self._count(site, state, lines, now)
            if state.count >= threshold:
                first = max(0, threshold - before - 1)  # of this batch's lines, the one that reaches it
                self._alarm(site, state, threshold, lines - first, _nth(batch, site, first))
        if not refused:
            return []
        return refuse(batch, [at for at, site in enumerate(batch.keys) if site in refused], self._reason)

    def advance(self, clock: int) -> None:
        if clock <= self._state.clock:
            return
        self._state.clock = clock
        if self._open or (self._due and self._due[0][0] <= clock):
            self._move_on(self._thresholds(), clock)
        else:
            self._forget(clock)

    def take(self) -> OrderResults | None:
        clock = self._state.clock
        results = OrderResults(
            [Count(site, state.count, clock, state.newest) for site, state in sorted(self._counts.items(), key=_NAME)],
            [(site, second) for (site, _), second in self._seconds.items()],
            list(self._episodes.values()),
            self._calls,
        )
        self._counts, self._seconds, self._episodes, self._calls = {}, {}, {}, []
        return results if any(results) else None

    def snapshot(self) -> bytes:
        return _encoder.encode(self._state)

    def _begin(self, site: str) -> SiteState | None:
        """Returns the state of a new site; None where the shard holds as many as it may."""
        if len(self._state.sites) >= self._most:
            return None
        state = self._state.sites[site] = SiteState()
        return state

    def _reason(self, site: str) -> str:
        return (
            f"The shard holds {self._most:,} sites, the most that SITES_MOST allows; {site!r} would be one more. "
            "A site goes once nothing has come from it for an hour."
        )

    def _move_on(self, thresholds: Mapping[str, int], now: int) -> None:
        """Lets time pass for the sites whose lines leave the window, and for those whose alarm a threshold may end."""
        while self._due and self._due[0][0] <= now:
            _, site = heappop(self._due)
            state = self._state.sites[site]
            self._expire(site, state, thresholds.get(site, self._default), now)
            if state.runs:
                heappush(self._due, (_leaves(state.runs[0]), site))
            else:
                heappush(self._idle, (state.newest, site))
        for site in sorted(self._open):
            state = self._state.sites[site]
            if state.count <= max(thresholds.get(site, self._default) - 2, 0):
                self._end(site, state, now)
        self._forget(now)

    def _forget(self, now: int) -> None:
        """Drops the state of sites from which nothing has come for FORGET.

        What of their calls was held back since the last notification is then told by their episodes alone.
        """
        while self._idle and self._idle[0][0] + FORGET <= now:
            newest, site = heappop(self._idle)
            state = self._state.sites.get(site)
            if state and state.newest == newest and not state.runs:  # else something has come since
                del self._state.sites[site]

    def _expire(self, site: str, state: SiteState, threshold: int, now: int) -> None:
        """Lets go of the lines that have left the window."""
        gone = 0
        while gone < len(state.runs) and _leaves(state.runs[gone]) <= now:
            _, lines = run = state.runs[gone]
            if state.count >= threshold > state.count - lines:
                state.below_since = _leaves(run)
            state.count -= lines
            gone += 1
        del state.runs[:gone]
        self._counts[site] = state

    def _end(self, site: str, state: SiteState, now: int) -> None:
        assert state.episode
        state.episode.ended = max(state.episode.started, state.below_since or now)
        self._episodes[site, state.episode.sequence] = state.episode
        state.episode = state.below_since = None
        self._open.discard(site)

    def _count(self, site: str, state: SiteState, lines: int, now: int) -> None:
        if not state.runs:
            heappush(self._due, (now + WINDOW + 1, site))
        state.runs.append((now, lines))
        state.count += lines
        state.newest = now
        second = now - now % SECOND
        if state.second is None or state.second.second != second:
            state.second = Second(second, 0, 0)
        state.second.lines += lines
        state.second.peak = max(state.second.peak, state.count)
        self._seconds[site, second] = state.second
        self._counts[site] = state

    def _alarm(self, site: str, state: SiteState, threshold: int, calls: int, sequence: str) -> None:
        now = state.newest
        if state.episode is None:
            state.episode = Episode(site, sequence, now, threshold, state.count)
            self._open.add(site)
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


def _leaves(run: tuple[int, int]) -> int:
    """Returns the first millisecond at which the lines of a run are outside the window."""
    return run[0] + WINDOW + 1


def _nth(batch: Batch, site: str, index: int) -> str:
    """The padded sequence number of the site's line of that index in the batch."""
    places = (place for place, key in enumerate(batch.keys) if key == site)
    return padded(batch.sequences[next(place for count, place in enumerate(places) if count == index)])


def set_back(snapshot: bytes, clock: int) -> bytes:
    """Returns the state with no time in it later than `clock`, in milliseconds.

    Lines that were counted at a later time count as of `clock`, so that they leave the window 15 s after it.
    """
    state = _state_decoder.decode(snapshot)
    state.clock = min(state.clock, clock)
    for site in state.sites.values():
        late = sum(lines for moment, lines in site.runs if moment > clock)
        site.runs = [run for run in site.runs if run[0] <= clock] + ([(clock, late)] if late else [])
        site.newest = min(site.newest, clock)
        site.below_since = None if site.below_since is None else min(site.below_since, clock)
        site.notified = None if site.notified is None else min(site.notified, clock)
        if site.second and site.second.second > clock:
            site.second = None
    return _encoder.encode(state)


def inherit(snapshots: list[bytes], owns: Callable[[str], bool], clock: int | None = None) -> bytes:
    """Returns the state of a child shard: what its parents held of the keys that it owns, as of `clock` if given."""
    parents = [_state_decoder.decode(snapshot) for snapshot in snapshots if snapshot]
    child = State(clock=max((parent.clock for parent in parents), default=0) if clock is None else clock)
    for parent in parents:
        child.sites |= {site: state for site, state in parent.sites.items() if owns(site)}
    if clock is not None:
        for state in child.sites.values():
            _cut(state, clock)
    return _encoder.encode(child)


def _cut(state: SiteState, clock: int) -> None:
    """Takes out the lines later than `clock`: when an older stream of the name is read on, they are still to come."""
    while state.runs and state.runs[-1][0] > clock:
        state.count -= state.runs.pop()[1]
