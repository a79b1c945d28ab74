"""Holds one message as a channel sees it, and its words. It knows no table: senders' threads use no database."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import msgspec

from streams.core import clock

FIRING, AGAIN, RESOLVED, ESCALATED, TEST = "firing", "again", "resolved", "escalated", "test"
STATES = {
    FIRING: "began",
    AGAIN: "goes on",
    RESOLVED: "is over",
    ESCALATED: "goes on, and nobody has acknowledged it",
    TEST: "is a test",
}


class Letter(msgspec.Struct, frozen=True):
    """Holds the facts of one message. `name` is the idempotency key: it is the same in each attempt."""

    name: str
    kind: str
    episode: str  # the name of the episode
    rule: str
    title: str  # of the rule
    application: str
    severity: str
    stream: str
    key: str
    at: datetime  # the stream's own time of the notice
    started: datetime
    ended: datetime | None
    value: float | None
    level: float | None
    suppressed: int
    page: str = ""  # the address of the episode's page
    acknowledge: str = ""  # the address at which this receiver acknowledges the episode; "" once it is over


iso = lru_cache(maxsize=512)(clock.iso)  # the messages of one commit mostly share their times


def data(letter: Letter) -> dict[str, object]:
    """Returns the facts for machines, in JSON's types."""
    return {
        "episode": letter.episode,
        "rule": letter.rule,
        "title": letter.title,
        "application": letter.application,
        "severity": letter.severity,
        "stream": letter.stream,
        "key": letter.key,
        "value": letter.value,
        "level": letter.level,
        "at": iso(letter.at),
        "started": iso(letter.started),
        "ended": iso(letter.ended),
        "suppressed": letter.suppressed,
        "page": letter.page,
        "acknowledge": letter.acknowledge or None,
    }


def subject(letter: Letter) -> str:
    """Returns one line: the severity, the rule, the key, and the state."""
    place = f" at {letter.key}" if letter.key else ""
    return f"{letter.severity.upper()}: {letter.title}{place} {STATES[letter.kind]}"


def _compared(value: float, level: float | None) -> str:
    """Returns how the value that called for a message stands to the level: it has always reached it."""
    if level is None:
        return ""
    if value == level:
        return " (exactly the level)"
    return f" (at {'least' if value > level else 'most'} {level:g})"


def text(letter: Letter) -> str:
    """Returns the message for people, in a few lines."""
    lines = [f"{subject(letter)}.", ""]
    if letter.value is not None:
        lines.append(f"Value: {letter.value:g}{_compared(letter.value, letter.level)}")
    lines.append(f"Began: {letter.started:%-d %B %Y, %H:%M:%S} UTC")
    if letter.kind == RESOLVED and letter.ended:
        lines.append(f"Ended: {letter.ended:%-d %B %Y, %H:%M:%S} UTC")
    if letter.suppressed:
        times = "time" if letter.suppressed == 1 else "times"
        lines.append(f"Since the message before, the rule called {letter.suppressed} more {times} without a message.")
    if letter.page:
        lines += ["", f"Details: {letter.page}"]
    if letter.acknowledge:
        lines.append(f"Acknowledge: {letter.acknowledge}")
    return "\n".join(lines) + "\n"
