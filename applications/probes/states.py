"""Defines the rule by which probes are down, and the state of a probe and its places. Times are in milliseconds."""

from typing import NamedTuple

import msgspec

from applications.probes.results import Episode, Tally
from streams.core.clock import MINUTE

UP, DOWN, UNKNOWN = "up", "down", "unknown"


class Rule(NamedTuple):
    """Says when a probe is down."""

    failures: int = 2  # a place says down if so many of its last `checks` checks failed
    checks: int = 3
    quorum: int = 0  # places that must say down; 0 stands for more than half of those that report
    silent: int = 5 * MINUTE  # milliseconds without a check after which a place does not count


USUAL = Rule()


class PlaceState(msgspec.Struct, array_like=True):
    """Holds the newest checks of a place."""

    at: int = 0
    recent: list[bool] = []  # whether each failed, the newest last
    ok: bool = True
    total: float = 0.0
    status: int = 0
    error: str = ""
    expires: int = 0
    minute: int = -1  # of the open tally; -1 for none
    tally: Tally = msgspec.field(default_factory=Tally)


class ProbeState(msgspec.Struct, array_like=True):
    """Holds the places of a probe, and how it stands."""

    places: dict[str, PlaceState] = {}
    state: str = UNKNOWN
    since: int = 0
    sequence: int = 0  # of its newest record
    episode: Episode | None = None


def reports(place: PlaceState, rule: Rule, time: int) -> bool:
    """Returns whether the newest check of a place is young enough."""
    return place.at + rule.silent > time


def counts(place: PlaceState, rule: Rule, time: int) -> bool:
    """Returns whether a place reports, and has checks enough to say up or down."""
    recent = place.recent[-rule.checks :]
    return reports(place, rule, time) and (not all(recent) or len(recent) >= rule.failures)


def is_down(place: PlaceState, rule: Rule) -> bool:
    """Returns whether a place says that the probe is down."""
    return sum(place.recent[-rule.checks :]) >= rule.failures
