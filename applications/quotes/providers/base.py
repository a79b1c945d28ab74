"""Defines the contract of a provider, its errors, and the checks that each answer must pass. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from applications.quotes.bars import DayBar, fault, widened
from applications.quotes.ranges import DAY, Days
from common.guarded_http import Answer
from common.text import counted

TRUSTED = 0.1  # part of the days of an answer that may be unusable; with more, none of it is believed
FEW = 3  # days that may be unusable in any answer


class ProviderError(Exception):
    """Means that a provider gave no usable answer; the message is a sentence that names the provider."""


class UnknownTickerError(ProviderError):
    """Means that a provider does not know the ticker."""


class QuotaError(ProviderError):
    """Means that a provider takes no more requests for long, about any ticker."""


class PassingError(ProviderError):
    """Means that the same request may succeed in a moment."""


@dataclass(frozen=True, slots=True)
class Found:
    """Holds the answer about one ticker. `empty` says that the provider has nothing, and may not know the ticker."""

    bars: list[DayBar] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)  # one for each day left out: "2020-01-02 has a price of -1"
    name: str = ""  # the company's, if the provider tells it
    exchange: str = ""
    splits: list[str] = field(default_factory=list)  # as "4:1 on 2020-08-31"
    empty: bool = False


class Provider(NamedTuple):
    """Describes a provider: its name on the command line and for people, and two functions that speak its format."""

    name: str
    title: str
    target: Callable[[str, Days], str]  # the path and the query for a ticker and days
    read: Callable[[str, Days, Answer], Found]  # reads an answer with one of `statuses`
    statuses: frozenset[int] = frozenset({200})  # the statuses of the answers that `read` understands


def checked(title: str, ticker: str, asked: Days, bars: Iterable[DayBar], margin: int = 0) -> Found:
    """Returns the usable bars in the order of their days, each day once, with the reasons against the others.

    Days up to `margin` outside of the asked ones are left out in silence, since providers cut by other time zones.
    Raises ProviderError for days further away, and where most of an answer is unusable.
    """
    good: dict[date, DayBar] = {}
    faults: list[str] = []
    for bar in bars:
        if not asked.first - DAY * margin <= bar.day <= asked.last + DAY * margin:
            raise ProviderError(f"{title} answered about {ticker} on {bar.day}, but {asked} was asked for.")
        if not asked.first <= bar.day <= asked.last:
            continue
        if reason := fault(bar):
            faults.append(f"{bar.day} {reason}")
        else:
            good[bar.day] = widened(bar)
    if len(faults) > max(FEW, TRUSTED * (len(good) + len(faults))) or (faults and not good):
        days = counted(len(good) + len(faults), "day")
        raise ProviderError(
            f"{title}'s answer about {ticker} is not believed: of {days}, {len(faults):,} cannot be; {faults[0]}."
        )
    return Found([good[day] for day in sorted(good)], faults)
