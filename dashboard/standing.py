"""Decides how current a page may call a stream, and which time it shows; all that a page says of both comes from here.

dashboard/frontend/standing.js decides the same in the browser, which also knows its connection to the server;
tests/dashboard/standing.json holds both to one table.
"""

from typing import NamedTuple

from streams.core.records import EMBEDDED

SILENCE = 10_000  # milliseconds without a record until a stream counts as quiet, or its watermark as old
AHEAD = 2_000  # milliseconds that a stamp may be in the future; past that its age is not known


class Shown(NamedTuple):
    """Says which time a page shows: `view` is live or past, in the browser also paused or replay.

    `at` is the moment up to which it shows figures, in milliseconds; None for live.
    """

    view: str
    at: int | None


def shown(past: int | None) -> Shown:
    """Returns which time a page shows; `past` is the end of a time that has passed, None for one that goes on."""
    return Shown("live", None) if past is None else Shown("past", past)


class Standing(NamedTuple):
    """A stream, as a page may show it. Times are milliseconds.

    `look` is current, complete (all that arrived is in the figures, which are of `since`), stale (the figures are true
    up to `since`) or unknown. `reason` is "", quiet (current, but no record comes), drained (complete: the reader has
    left, and no record waits), behind (a worker lives), unread (no worker has reported), or elsewhere (they are of a
    backend that this site does not read). `age` is that of the newest record, None if unknown.
    """

    look: str
    reason: str
    since: int | None
    age: int | None


def judge(
    newest: int | None,
    watermark: int | None,
    workers: int | None,
    now: int,
    *,
    ahead: int = 0,
    drained: bool = False,
    elsewhere: bool = False,
) -> Standing:
    """Judges a stream by its newest record, its watermark and the number of live workers (None if unknown).

    `now` is by a clock that the stream's own time is `ahead` of. `drained` says that no record waits for a
    reader without a worker; `elsewhere` that the figures are of the other backend.
    """
    now += ahead
    age = None if newest is None or newest > now + AHEAD else max(0, now - newest)
    if elsewhere:
        return Standing("stale", "elsewhere", watermark, age)
    if watermark is not None and now - watermark > SILENCE:
        if workers == 0 and drained:
            return Standing("complete", "drained", watermark, age)
        return Standing("stale", "unread" if workers == 0 else "behind", watermark, age)
    return Standing("current", "quiet" if age is not None and age > SILENCE else "", watermark, age)


def elsewhere(identity: str, *, kinesis: bool) -> str:
    """Returns a sentence where figures are of the other backend than the one that this process reads, else "".

    `identity` is that of their stream; `kinesis` says that this process reads Amazon Kinesis.
    """
    embedded = identity.startswith(EMBEDDED)
    if not identity or embedded != kinesis:
        return ""
    theirs, ours = ("the embedded stream", "Amazon Kinesis") if embedded else ("Amazon Kinesis", "the embedded stream")
    return (
        f"These figures are those of {theirs}, and this site reads {ours}: STREAM_URL was changed. "
        "Start every process anew that began before."
    )
