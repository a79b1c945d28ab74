"""Computes the order rate of each site in a true sliding window, and the alarms it raises.

The count is evaluated at every order line, over the lines that arrived in the 15 s up to and including it: in SQL,
COUNT(*) OVER (PARTITION BY site RANGE INTERVAL '15' SECOND PRECEDING), lines of one millisecond in the order of
their sequence numbers. An alarm episode lasts from the first evaluation at or above the threshold until one falls
below; on a quiet stream, until no further line could reach the threshold. That rule depends on records alone, so a
replay finds the same episodes. Each evaluation at or above the threshold calls for a notification; one is sent if none
was in the 60 s before, the others are counted as suppressed.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from operator import itemgetter

import msgspec

from applications.orders.results import (
    Arrivals,
    Episode,
    NotificationDue,
    OrderLine,
    OrderResults,
    SecondRate,
    WindowCount,
)
from streams.core.clock import MINUTE, SECOND
from streams.core.processor import Decoder, Processor, padded, refuse
from streams.core.records import Batch, DeadRecord
from streams.core.state import State, StateChange, StateKey
from streams.windows import sliding
from streams.windows.keyed import KeyedValues
from streams.windows.sliding import SlidingSums, inherit

__all__ = ["OrderLine", "OrdersProcessor", "decode", "inherit", "set_back"]

WINDOW = 15 * SECOND
QUIET = MINUTE  # at most one notification per site in this time
FORGET = 60 * MINUTE  # how long the state of a silent site is held
SITES_MOST = 5_000  # of a shard


class SiteState(msgspec.Struct, array_like=True):
    """Holds the state of one site beside its window: its newest line, second and episode, and its notifications."""

    second: SecondRate | None = None  # of its newest lines, until it is over
    episode: Episode | None = None
    below_since: int | None = None  # when the count last fell below the threshold of an open episode
    notified: int | None = None
    suppressed: int = 0  # since the last notification
    newest: int = 0


decode = Decoder(OrderLine, "site")
_NAME = itemgetter(0)
_encode = msgspec.msgpack.Encoder().encode
_decode_site = msgspec.msgpack.Decoder(SiteState).decode


class OrdersProcessor(Processor[OrderLine, OrderResults]):
    """Computes `orders`: each site's rate, and its alarms.

    Its configuration maps sites to thresholds, the lines in 15 s at which an alarm begins, at least 1; `default` is the
    threshold of the other sites. `most` bounds the sites of a shard. With `keeps_lines` its results hold the order
    lines too. A step costs time for the sites that are due, not for all sites.
    """

    def __init__(self, state: State, default: int, most: int = SITES_MOST, *, keeps_lines: bool = False) -> None:
        self._windows = SlidingSums(WINDOW, state)
        self._sites = KeyedValues(SiteState, most, state.entries)
        self._thresholds: Mapping[str, int] = {}
        self._default = default
        self._open: set[StateKey] = set()
        self._ongoing: dict[int, dict[StateKey, SecondRate]] = {}  # seconds that are not over, by their start
        for key, site in self._sites.items():
            if site.second:
                self._ongoing.setdefault(site.second.second, {})[key] = site.second
            if site.episode:
                self._open.add(key)
            if not self._windows.total(key):
                self._sites.rest(key, site.newest + FORGET)
        self._counted: dict[str, tuple[SiteState, int]] = {}  # with the lines in their windows
        self._seconds: dict[int, dict[str, SecondRate]] = {}  # by second, then by site
        self._episodes: dict[tuple[str, str], Episode] = {}
        self._calls: list[NotificationDue] = []
        self._finished: list[tuple[str, SecondRate]] = []
        self._keeps_lines = keeps_lines
        self._lines: list[Arrivals] = []

    def configure(self, settings: Mapping[str, int]) -> None:
        self._thresholds = settings

    def add(self, batch: Batch, events: list[OrderLine]) -> list[DeadRecord]:
        self._move_on(batch.arrived)
        lines = Counter(batch.keys)
        sites = self._sites.open(zip(lines))  # the 1-tuples of the names
        refused = lines.keys() - {name for (name,) in sites} if len(sites) < len(lines) else set()
        for name in refused:
            del lines[name]
        self._count(batch, lines, sites)
        if self._keeps_lines:
            self._lines.append(_arrivals(batch, events, refused))
        if not refused:
            return []
        return refuse(batch, [at for at, site in enumerate(batch.keys) if site in refused], self._too_many)

    def advance(self, watermark: int) -> None:
        if watermark > self._windows.watermark:
            self._move_on(watermark)

    def take(self) -> OrderResults | None:
        watermark = self._windows.watermark
        results = OrderResults(
            [
                WindowCount(name, lines, watermark, site.newest)
                for name, (site, lines) in sorted(self._counted.items(), key=_NAME)
            ],
            [each for rates in self._seconds.values() for each in rates.items()],
            list(self._episodes.values()),
            self._calls,
            self._finished,
            self._lines,
        )
        self._counted, self._seconds, self._episodes = {}, {}, {}
        self._calls, self._finished, self._lines = [], [], []
        return results if any(results) else None

    def changes(self) -> StateChange:
        windows, sites = self._windows.changes(), self._sites.changes()
        return StateChange(windows.meta, sites.put, sites.removed, windows.history)

    def _threshold(self, key: StateKey) -> int:
        return self._thresholds.get(key[0], self._default)

    def _too_many(self, site: str) -> str:
        return (
            f"The shard holds {self._sites.most:,} sites, the most that SITES_MOST allows; {site!r} would be one more. "
            "A site goes once nothing has come from it for an hour."
        )

    def _move_on(self, watermark: int) -> None:
        """Advances the time: lines leave their windows, alarms end, and sites that have rested for FORGET are dropped.

        After that, only a dropped site's episodes show the calls that were held back since its last notification.
        """
        sites, counted = self._sites, self._counted
        thresholds, default = self._thresholds, self._default
        for key, moment, before, after in self._windows.advance(watermark):
            site = sites[key]
            if before >= thresholds.get(key[0], default) > after:
                sites.touch(key).below_since = moment
            if not after:
                sites.rest(key, site.newest + FORGET)
            counted[key[0]] = (site, after)
        self._finish()
        for key in sorted(self._open):
            if self._windows.total(key) <= max(self._threshold(key) - 2, 0):
                self._end(key)
        self._sites.forget(self._windows.watermark)

    def _finish(self) -> None:
        """Hands on the seconds that are over, oldest first."""
        watermark = self._windows.watermark
        for second in sorted(each for each in self._ongoing if each + SECOND <= watermark):
            over = self._ongoing.pop(second)
            for key in over:
                self._sites.touch(key).second = None
            self._finished += [(key[0], rate) for key, rate in over.items()]

    def _end(self, key: StateKey) -> None:
        site = self._sites.touch(key)
        assert site.episode
        site.episode.ended = max(site.episode.started, site.below_since or self._windows.watermark)
        self._episodes[key[0], site.episode.sequence] = site.episode
        site.episode = site.below_since = None
        self._open.discard(key)

    def _count(self, batch: Batch, lines: Mapping[str, int], sites: Mapping[StateKey, SiteState]) -> None:
        """Adds the lines of a batch to the windows of its sites and to their seconds, and raises alarms.

        `lines` and `sites` hold the same sites in the same order.
        """
        now = self._windows.watermark
        second = now - now % SECOND
        thresholds, default = self._thresholds, self._default
        rates, counted = self._seconds.setdefault(second, {}), self._counted
        counts = self._windows.add(zip(sites, lines.values(), strict=True))
        for (name, new), (key, site), count in zip(lines.items(), sites.items(), counts, strict=True):
            site.newest = now
            rate = site.second
            if rate is None or rate.second != second:
                rate = site.second = SecondRate(second, 0, 0)
                self._ongoing.setdefault(second, {})[key] = rate
            rate.lines += new
            if count > rate.peak:
                rate.peak = count
            rates[name] = rate
            counted[name] = (site, count)
            threshold = thresholds.get(name, default)
            if count >= threshold:
                first = max(0, threshold - (count - new) - 1)  # index of the batch's line that reaches it
                self._alarm(key, site, threshold, new - first, _nth(batch, name, first))

    def _alarm(self, key: StateKey, site: SiteState, threshold: int, calls: int, sequence: str) -> None:
        """Begins or continues the alarm of a site; its newest `calls` lines are at or above the threshold."""
        now, count = site.newest, self._windows.total(key)
        if site.episode is None:
            site.episode = Episode(key[0], sequence, now, threshold, count)
            self._open.add(key)
        episode = site.episode
        site.below_since = None
        episode.peak = max(episode.peak, count)
        episode.lines += calls
        if site.notified is None or now - site.notified >= QUIET:
            self._calls.append(NotificationDue(key[0], now, sequence, count - calls + 1, threshold, site.suppressed))
            site.notified, site.suppressed = now, 0
            episode.notifications += 1
            calls -= 1
        episode.suppressed += calls
        site.suppressed += calls
        self._episodes[key[0], episode.sequence] = episode


def _arrivals(batch: Batch, events: list[OrderLine], refused: Collection[str]) -> Arrivals:
    """Returns the order lines of a batch but those of the refused sites."""
    if not refused:
        return Arrivals(batch.arrived, batch.sequences, events)
    kept = [at for at, site in enumerate(batch.keys) if site not in refused]
    return Arrivals(batch.arrived, [batch.sequences[at] for at in kept], [events[at] for at in kept])


def _nth(batch: Batch, site: str, index: int) -> str:
    """Returns the padded sequence number of the site's line of that index in the batch."""
    places = (place for place, key in enumerate(batch.keys) if key == site)
    return padded(batch.sequences[next(place for count, place in enumerate(places) if count == index)])


def set_back(state: State, watermark: int) -> State:
    """Returns the state without times later than `watermark`, in milliseconds.

    Lines that were counted at a later time count as of `watermark`, so that they leave the window 15 s after it.
    """
    entries = {key: _encode(_set_back(_decode_site(data), watermark)) for key, data in state.entries.items()}
    return sliding.set_back(state._replace(entries=entries), watermark)


def _set_back(site: SiteState, watermark: int) -> SiteState:
    site.newest = min(site.newest, watermark)
    site.below_since = None if site.below_since is None else min(site.below_since, watermark)
    site.notified = None if site.notified is None else min(site.notified, watermark)
    if site.second and site.second.second > watermark:
        site.second = None
    return site
