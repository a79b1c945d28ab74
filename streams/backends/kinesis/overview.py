"""Reads the facts of the streams of Amazon Kinesis, which does not tell rates, ages or counts of records."""

import time
from functools import lru_cache

from streams.backends.kinesis.stream import KinesisStream
from streams.backends.kinesis.url import connect, parse_url
from streams.core import clock
from streams.core.facts import Facts, Listed
from streams.core.records import StreamError

MOST_STREAMS = 200
NAMES_KEPT = 10.0  # seconds
SUMMARIES_A_LOOK = 5  # calls: an account may make 20 a second
SUMMARY_KEPT = 60.0  # seconds

_summaries: dict[tuple[str, str], tuple[float, int | None]] = {}  # by URL and name: when it was asked, open shards


def listed(url: str, having: str) -> Listed:
    """Returns the streams with `having` in their names. Raises StreamError."""
    names = [name for name in _names(url, time.monotonic() // NAMES_KEPT) if having.lower() in name.lower()]
    shown = names[:MOST_STREAMS]
    _ask(url, shown)
    return Listed([_facts(url, name) for name in shown], len(names))


def facts(url: str, name: str) -> Facts:
    """Returns the facts of one stream. Raises StreamError."""
    stream = KinesisStream(name, connect(parse_url(url)))
    _summaries[url, name] = (time.monotonic(), stream.open_shards())
    return _facts(url, name)


@lru_cache(maxsize=1)
def _names(url: str, then: float) -> list[str]:
    return KinesisStream.names(connect(parse_url(url)))


def _ask(url: str, names: list[str]) -> None:
    """Asks for the shards of the streams that were asked for longest ago."""
    now = time.monotonic()
    old = [name for name in names if now - _summaries.get((url, name), (float("-inf"), None))[0] >= SUMMARY_KEPT]
    if not old:
        return
    if len(_summaries) > 4 * MOST_STREAMS:
        _summaries.clear()
    client = connect(parse_url(url))
    for name in sorted(old, key=lambda name: _summaries.get((url, name), (float("-inf"), None))[0])[:SUMMARIES_A_LOOK]:
        try:
            _summaries[url, name] = (now, KinesisStream(name, client).open_shards())
        except StreamError:  # denied, or the stream is just being deleted: the page says that it is not told
            _summaries[url, name] = (now, None)


def _facts(url: str, name: str) -> Facts:
    return Facts(name, clock.now(), open_shards=_summaries.get((url, name), (0.0, None))[1])


def forget() -> None:
    """Forgets the answers that are kept, for tests."""
    _names.cache_clear()
    _summaries.clear()
