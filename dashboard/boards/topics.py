"""Makes the live topics of boards: `board:NAME`, with the owner and the query of the page behind it.

A topic is `board:NAME` for a board that others may see, and `board:NAME~ID` for one of the user ID alone; `?range=6h`
and `&var=VALUE` may follow. So the name decides on the subscribers, without a query. It is built for a board only
as long as the name fits the board. One topic is built once for all of its viewers.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from common.text import storable
from dashboard import ranges
from dashboard.boards import panels, store
from dashboard.boards.asking import Sources
from dashboard.boards.keeping import MOVES, KeptPanels, topic_of
from dashboard.boards.models import MOST_SLUG, Board
from dashboard.boards.reading import BoardError, read
from dashboard.boards.spec import MOST_VALUE, Content
from dashboard.periods import zone_of
from dashboard.ranges import RangeError, Span
from streams.core import clock

WORD = "board:"
NAME = re.compile(rf"board:([a-z0-9_-]{{1,{MOST_SLUG}}})(?:~([0-9]{{1,18}}))?(?:\?(.*))?", re.DOTALL)
KEPT = 200  # boards in memory
AGAIN = 30  # seconds after which the default streams of a board are looked up again
EVERY = timedelta(seconds=0.1)  # the shortest time between two builds
# By the length of a range in hours: it costs more and moves less, so it is built every so many seconds.
PACE = [(6, 1), (24, 10), (24 * 400, 60)]
SHORT = 3_600_000  # milliseconds of a range up to which each commit counts


class Named(NamedTuple):
    """Holds the parts of a topic's name."""

    slug: str
    owner: int | None
    range: str  # "" for the board's own
    value: str  # value of the variable; "" for all
    zone: str = ""  # zone of the days of a long range; "" for UTC


class Held(NamedTuple):
    """Holds a board as it was read last: its version, its row and content, None for no board, and its topics."""

    version: int
    looked: float  # seconds since 1970
    board: Board | None
    content: Content | None
    follows: tuple[str, ...]  # names of TopicVersion
    kept: KeptPanels | None  # None for no content


_held: dict[str, Held] = {}  # the most recently read at the end
_lock = Lock()


def name_of(board: Board, range_text: str = "", value: str = "", zone: str = "") -> str:
    """Returns the topic of a board for a range, a value, and the zone in which its days begin."""
    owner = f"~{board.owner_id}" if board.seen_by == Board.OWNER else ""
    query = urlencode([pair for pair in (("range", range_text), ("var", value), ("zone", zone)) if pair[1]])
    return f"{WORD}{board.slug}{owner}" + (f"?{query}" if query else "")


def parse(topic: str) -> Named | None:
    """Returns the parts of a topic's name; None for one that is none."""
    found = NAME.fullmatch(topic)
    if found is None:
        return None
    pairs = dict(parse_qsl(found[3] or ""))
    value, zone = pairs.get("var", ""), pairs.get("zone", "")
    if not pairs.keys() <= {"range", "var", "zone"} or len(value) > MOST_VALUE or storable(value) != value:
        return None
    if zone_of(zone) is None:
        return None
    named = Named(found[1], int(found[2]) if found[2] else None, pairs.get("range", ""), value, zone)
    try:
        return named if not named.range or ranges.parse(named.range, clock.now()).live else None
    except RangeError:
        return None


def permits(named: Named, user: int) -> bool:
    """Returns whether a user may subscribe: to their own, or to one that is shared."""
    return named.owner is None or named.owner == user


def version(named: Named, versions: Mapping[str, int], now: float) -> int:
    """Returns a number that grows when the board, its rows or the time of its range have changed.

    Of a long range, rows and time count at its pace; a change of the board counts at once.
    """
    held = hold(named.slug, versions.get(store.topic(named.slug), 0), now)
    length = _length(named, held.content)
    if length <= SHORT:
        return held.version + sum(versions.get(topic, 0) for topic in held.follows) + int(now) // MOVES
    return held.version + int(now) // next(seconds for most, seconds in PACE if length <= most * SHORT)


def _length(named: Named, content: Content | None) -> int:
    """Returns the milliseconds of a topic's range."""
    text = named.range or (content.range if content else "1h")
    return ranges.parse(text, clock.now()).length


def build_many(named: Named, names: Sequence[str], now: datetime) -> dict[str, dict[str, Any]]:
    """Builds the snapshot of a topic for sockets, if there is such a board; `names` is the topic itself."""
    return dict.fromkeys(names, built) if (built := _built(named, now, anew=False)) else {}


def build(named: Named, now: datetime) -> dict[str, Any]:
    """Builds the same for one request, all of it anew; `gone` says that there is no such board any more."""
    return _built(named, now, anew=True) or {"now": clock.iso(now), "gone": True, "panels": []}


def _built(named: Named, now: datetime, *, anew: bool) -> dict[str, Any] | None:
    """Returns the snapshot of a topic; None if there is no such board, or if its name does not fit the board."""
    held = _held.get(named.slug) or hold(named.slug, None, now.timestamp())
    if held.board is None or held.content is None or held.kept is None or not _is_of(named, held.board):
        return None
    span = span_of(held.content, named.range, now, zone_of(named.zone) or UTC)
    shown = None if anew else held.kept.panels(span, named.value, now)
    return snapshot(held.board, held.content, span, named.value, now, shown)


def snapshot(
    board: Board,
    content: Content,
    span: Span,
    value: str,
    now: datetime,
    shown: Sequence[dict[str, Any]] | None = None,
    *,
    maps_too: bool = True,
) -> dict[str, Any]:
    """Builds the snapshot of a board with its version; `shown` are those of its panels, if they are built already."""
    found = panels.board(content, span, value, clock.from_datetime(now), shown, maps_too=maps_too)
    return {**found, "version": board.version}


def span_of(content: Content, range_text: str, now: datetime, zone: tzinfo = UTC) -> Span:
    """Returns the span of a range, by default the board's own. Raises RangeError."""
    return ranges.parse(range_text or content.range, clock.from_datetime(now), zone=zone)


def hold(slug: str, version: int | None, now: float) -> Held:
    """Returns a board as of a version of its topic; reads it if it was not read since."""
    with _lock:
        held = _held.pop(slug, None)
        if held is None or held.version != version or now - held.looked > AGAIN:
            held = _read(slug, version or 0, now)
        _held[slug] = held
        while len(_held) > KEPT:
            del _held[next(iter(_held))]
        return held


def _read(slug: str, version: int, now: float) -> Held:
    board = Board.objects.filter(slug=slug).first()
    if board is None:
        return Held(version, now, None, None, (), None)
    try:
        content = read(board.text)
    except BoardError:  # written by a newer Millrace, or past it
        return Held(version, now, board, None, (), None)
    return Held(version, now, board, content, tuple(sorted(_follows(content))), KeptPanels(content))


def _follows(content: Content) -> set[str]:
    """Returns the topics of the commits that change the rows of a board."""
    sources = Sources()
    return {topic_of(panel, sources) for panel in content.panels} - {""}


def _is_of(named: Named, board: Board) -> bool:
    private = board.seen_by == Board.OWNER
    return named.owner == board.owner_id if private else named.owner is None
