"""Keeps an episode as a test: the records around it, as the sample of an application in SQL (`manage.py sql test`)."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from alarms.models import Episode
from alarms.spec import RuleSpec
from streams import wiring
from streams.core import clock

BEFORE, AFTER = 2 * clock.MINUTE, clock.SECOND  # of an episode
LONGEST = 60 * clock.MINUTE
RECORDS, BYTES = 50_000, 16 << 20  # of a sample


class Kept(NamedTuple):
    """Holds the lines of a sample, oldest first. `cut`: there are too many records, or some are no text."""

    lines: list[bytes]
    cut: bool


def sample(episode: Episode, spec: RuleSpec | None, reached: datetime) -> Kept:
    """Returns the records from before an episode until after it, within bounds. Raises StreamError."""
    before = max(BEFORE, spec.window + spec.hold + spec.after if spec else 0)
    start = clock.from_datetime(episode.started) - before
    end = min(clock.from_datetime(episode.ended or reached) + AFTER, start + LONGEST)
    records = wiring.records_between(episode.stream, start, end, RECORDS, BYTES)
    cut = len(records) > RECORDS or sum(len(each[3]) for each in records) > BYTES
    kept = [line(arrived, key, data) for arrived, _, key, data in (records[:-1] if cut else records)]
    lines = [each for each in kept if each is not None]
    return Kept(lines, cut or len(lines) < len(kept))


def line(arrived: int, key: str, data: bytes) -> bytes | None:
    """Returns a record as a line of a sample; None for data that is no text.

    JSON on one line stands as it is, and all other text as a text in JSON: both are read back to the same bytes.
    """
    shown: msgspec.Raw | str
    try:
        shown = data.decode()
        if not shown.lstrip().startswith('"') and not {"\n", "\r"} & set(shown):
            msgspec.json.decode(data)
            shown = msgspec.Raw(data)
    except UnicodeDecodeError:
        return None
    except (msgspec.DecodeError, RecursionError):
        shown = data.decode()
    return msgspec.json.encode({"arrived": clock.to_iso(arrived), "key": key, "data": shown})
