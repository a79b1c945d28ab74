"""Says which targets a duty list names at a moment.

A turn goes from one weekly time to another, both written as cron expressions in the time of a zone, so that a change at
nine o'clock stays at nine o'clock when summer time begins or ends (cronsim has the rules of Debian's cron).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from common.text import quoted

LONGEST_BACK = timedelta(days=32)  # a weekly time lies within the last week; a monthly one is allowed, too


class Turn(Protocol):
    """Has the columns of alarms.models.DutyTurn that count here."""

    duty: str
    target_id: int
    starts: str
    ends: str
    zone: str


def refusal(starts: str, ends: str, zone: str) -> str:
    """Returns the reason against a turn in a sentence, or ""."""
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"There is no time zone {quoted(zone)}: write it as Europe/Berlin."
    for words in (starts, ends):
        try:
            last(words, datetime.now(place))
        except CronSimError as error:
            return f"{quoted(words)} is no cron expression, such as `0 9 * * MON`: {error}."
    return ""


def last(words: str, at: datetime) -> datetime | None:
    """Returns the last time of an expression up to a moment, or None if there was none in LONGEST_BACK.

    `at` has the zone in which the expression is read. Raises CronSimError.
    """
    # cronsim yields times before the one given; a turn that begins at nine holds at nine.
    found = next(CronSim(words, at.replace(second=0, microsecond=0) + timedelta(minutes=1), reverse=True), None)
    return found if found is not None and at - found <= LONGEST_BACK else None


def holds(turn: Turn, at: datetime) -> bool:
    """Returns whether a turn holds: it began after it ended last."""
    there = at.astimezone(ZoneInfo(turn.zone))
    began, ended = last(turn.starts, there), last(turn.ends, there)
    return began is not None and (ended is None or began.timestamp() >= ended.timestamp())


def on_duty(turns: Iterable[Turn], at: datetime) -> set[tuple[str, int]]:
    """Returns the pairs of duty list and target that hold at a moment."""
    return {(turn.duty, turn.target_id) for turn in turns if holds(turn, at)}
