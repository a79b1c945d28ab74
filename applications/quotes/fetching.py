"""Fetches missing days of several tickers side by side, and stores each answer before the next.

Threads ask the provider, and the thread that called stores, since a database has one writer at a time. A thread asks
on only when its last answer is stored, so that a killed command repeats one request of each ticker under way, at most.
"""

import logging
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, Full, Queue, SimpleQueue
from typing import NamedTuple

from applications.quotes import storing
from applications.quotes.models import Bar
from applications.quotes.providers.base import Found, ProviderError
from applications.quotes.providers.calling import Caller
from applications.quotes.ranges import Days, known_by, missing, requests
from common.text import clause, counted

AT_ONCE = 4  # tickers
AHEAD = AT_ONCE  # answers that wait to be stored
LOOK = 0.1  # seconds from one look of a waiting thread at `stop` to the next
Plan = tuple[str, list[Days]]  # a ticker, and the days of each request about it
logger = logging.getLogger(__name__)


class Answered(NamedTuple):
    """Says that a provider answered about some days of a ticker; `found` is None at the ticker's end."""

    ticker: str
    days: Days | None
    found: Found | None
    failure: str = ""
    stored: threading.Event | None = None  # is set once the bars are in the database


@dataclass(slots=True)
class Fetched:
    """Holds the outcome of one ticker."""

    ticker: str
    bars: int = 0
    requests: int = 0  # the number of those that were answered
    failure: str = ""
    notes: list[str] = field(default_factory=list)  # sentences about days that were left out, and about splits
    done: bool = False
    _empty: list[Days] = field(default_factory=list)  # the provider said that it has nothing about them


def fetch(
    caller: Caller, tickers: Iterable[str], asked: Days, now: datetime, *, again: bool = False, at_once: int = AT_ONCE
) -> Iterator[Fetched]:
    """Yields the state of a ticker whenever it changes, and at last with `done`.

    Known days are not asked for, but with `again`. The failure of one ticker stops no other. Nothing that was yielded
    is lost if the caller, or the process, goes no further.
    """
    provider = caller.provider.name
    states = {ticker: Fetched(ticker) for ticker in tickers}
    plans: SimpleQueue[Plan] = SimpleQueue()
    for ticker in states:
        ranges = [asked] if again else missing(asked, storing.known(provider, ticker))
        plans.put((ticker, list(requests(ranges))))
    answers: Queue[Answered] = Queue(AHEAD)
    stop = threading.Event()
    for _ in range(min(at_once, len(states))):
        threading.Thread(target=_work, args=[caller, plans, answers, stop], daemon=True).start()
    try:
        while not all(state.done for state in states.values()):
            answer = answers.get()
            state = states[answer.ticker]
            _take(state, answer, provider, now)
            if answer.stored:
                answer.stored.set()
            yield state
    finally:
        stop.set()


def _work(caller: Caller, plans: SimpleQueue[Plan], answers: Queue[Answered], stop: threading.Event) -> None:
    """Asks for one ticker after the other. Runs in a thread of its own, which ends soon after `stop`."""
    while not stop.is_set():
        try:
            ticker, plan = plans.get_nowait()
        except Empty:
            return
        for answer in _asked(caller, ticker, plan):
            if not (_handed(answer, answers, stop) and _is_stored(answer, stop)):
                return


def _handed(answer: Answered, answers: Queue[Answered], stop: threading.Event) -> bool:
    """Hands an answer over as soon as there is room; returns False if nobody waits for it any more."""
    while not stop.is_set():
        try:
            answers.put(answer, timeout=LOOK)
        except Full:
            continue
        return True
    return False


def _is_stored(answer: Answered, stop: threading.Event) -> bool:
    """Waits until an answer is stored; returns False if `stop` is set first, since no answer is stored then."""
    while answer.stored and not answer.stored.wait(LOOK):
        if stop.is_set():
            return False
    return True


def _asked(caller: Caller, ticker: str, plan: list[Days]) -> Iterator[Answered]:
    """Asks for the days of one ticker, one request after the other; the last answer ends the ticker."""
    failure = ""
    try:
        for days in plan:
            yield Answered(ticker, days, caller.ask(ticker, days), stored=threading.Event())
    except ProviderError as error:
        failure = str(error)
    except Exception as error:  # the caller waits for the end of each ticker, and would wait for ever for this one
        logger.exception("Asking for %s failed", ticker)
        failure = f"Asking for {ticker} failed: {clause(error)}."
    yield Answered(ticker, None, None, failure)


def _take(state: Fetched, answer: Answered, provider: str, now: datetime) -> None:
    """Stores an answer, or ends the ticker."""
    if answer.found is None or answer.days is None:
        state.failure, state.done = answer.failure or _unknown(state, provider, now), True
        return
    found, days = answer.found, answer.days
    state.requests += 1
    if found.empty:
        state._empty.append(days)
        return
    _note(state, found, days, provider)
    newest = found.bars[-1].day if found.bars else None
    covers = known_by(days, newest, now)
    storing.store(state.ticker, found.bars, provider, covers=covers, name=found.name, exchange=found.exchange)
    state.bars += len(found.bars)


def _unknown(state: Fetched, provider: str, now: datetime) -> str:
    """Makes the days known about which a provider has nothing, if it has bars of the ticker; else returns the failure.

    Such an answer is the same for a ticker that there never was and for one that did not trade in these days.
    """
    if not state._empty:
        return ""
    if not Bar.objects.filter(ticker=state.ticker, source=provider).exists():
        return f"There are no bars of {state.ticker} in these days: either it did not trade then, or has another name."
    for days in state._empty:
        storing.store(state.ticker, [], provider, covers=known_by(days, None, now))
    return ""


def _note(state: Fetched, found: Found, days: Days, provider: str) -> None:
    if found.faults:
        left = counted(len(found.faults), "day")
        state.notes.append(f"{state.ticker}: {left} left out; {found.faults[0]}.")
    older = Bar.objects.filter(ticker=state.ticker, source=provider, day__lt=days.first)
    if found.splits and older.exists():
        state.notes.append(
            f"{state.ticker} was split {', '.join(found.splits)}: older bars are still in the former scale. "
            "Fetch all of its days with --again."
        )
