"""Calls providers politely: at a bounded rate, with rests that they ask for, an honest name, and bounded answers."""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

from applications.quotes.providers.base import Found, PassingError, Provider, ProviderError, QuotaError
from applications.quotes.ranges import Days
from common import guarded
from common.guarded import NONE, Allowed, RefusedError
from common.guarded_http import Answer, Connection
from common.text import clause

HEADERS = {
    "User-Agent": "Millrace-quotes (daily bars, kept by the one who asks)",
    "Accept": "text/csv, application/json",
    "Connection": "close",
}
MOST_ANSWER = 8 << 20  # bytes: twenty years of bars take less than one MiB
SECONDS = 30.0  # for one exchange
TRIES = 5
FIRST_REST = 2.0  # seconds, doubled with each try
LONGEST_REST = 120.0  # seconds; a provider that asks for more is left alone
THROTTLED = {429, 503}


class Caller:
    """Calls one provider. Threads may share it: its rate and its rests are those of the provider."""

    def __init__(
        self,
        provider: Provider,
        base: str,
        *,
        rate: float,
        allow: Allowed = NONE,
        rng: Random | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Takes the address that stands before each target, and the most requests a second."""
        self.provider = provider
        self.requests = 0
        self._base = base.rstrip("/")
        self._every = 1 / rate
        self._allow = allow
        self._rng = rng or Random()  # noqa: S311 - not secret
        self._monotonic, self._sleep, self._now = monotonic, sleep, now
        self._lock = threading.Lock()
        self._next = float("-inf")  # the moment of the next request
        self._quota: QuotaError | None = None

    def ask(self, ticker: str, asked: Days) -> Found:
        """Returns the bars of a ticker, after some tries. Raises ProviderError."""
        for attempt in range(1, TRIES + 1):
            self._wait()
            try:
                answer = self._answer(ticker, asked)
                if answer.status not in THROTTLED and answer.status < 500:
                    return self._read(ticker, asked, answer)
                self._rest(attempt, answer)
                last = f"answered with the status {answer.status}"
            except QuotaError as error:
                self._quota = error
                raise
            except PassingError as error:
                self._rest(attempt)
                last = str(error)
        raise ProviderError(f"{self.provider.title} gave no bars of {ticker} in {TRIES} tries: at last it {last}.")

    def _wait(self) -> None:
        """Waits until the provider may be asked again, and claims that moment."""
        while True:
            if self._quota:
                raise self._quota
            with self._lock:
                now = self._monotonic()
                if now >= self._next:
                    self._next = now + self._every
                    self.requests += 1
                    return
                wait = self._next - now
            self._sleep(wait)

    def _rest(self, attempt: int, answer: Answer | None = None) -> None:
        """Lets nobody ask for as long as the answer says, or twice as long as after the try before."""
        asked = self._asked_for(answer) if answer else None
        if asked is not None and asked > LONGEST_REST:
            minutes = -(-asked // 60)
            raise QuotaError(f"{self.provider.title} takes no more requests for {minutes:,.0f} minutes. Go on later.")
        rest = FIRST_REST * 2 ** (attempt - 1) * (1 + self._rng.random() / 4) if asked is None else asked
        with self._lock:
            self._next = max(self._next, self._monotonic() + rest)

    def _asked_for(self, answer: Answer) -> float | None:
        """Returns the seconds of the header Retry-After (RFC 9110 §10.2.3); None for none."""
        text = answer.headers.get("retry-after", "")
        if text.isascii() and text.isdecimal():
            return float(text[:9])
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - self._now()).total_seconds())

    def _answer(self, ticker: str, asked: Days) -> Answer:
        """Returns the whole answer to one request. Raises PassingError, ProviderError."""
        title = self.provider.title
        try:
            where = guarded.place(self._base + self.provider.target(ticker, asked))
            with closing(Connection(where, self._allow, most=MOST_ANSWER)) as connection:
                answer = connection.request("GET", HEADERS, seconds=SECONDS)
        except RefusedError as error:
            raise ProviderError(f"{title} may not be called: {error}") from None
        except TimeoutError:
            raise PassingError(f"took longer than {SECONDS:g} s") from None
        except OSError as error:
            raise PassingError(f"could not be reached: {clause(error)}") from None
        if len(answer.body) >= MOST_ANSWER:
            raise ProviderError(f"{title}'s answer about {ticker} is longer than {MOST_ANSWER >> 20} MiB.")
        if not answer.whole:
            raise PassingError("broke off within its answer")
        return answer

    def _read(self, ticker: str, asked: Days, answer: Answer) -> Found:
        if answer.status in self.provider.statuses:
            return self.provider.read(ticker, asked, answer)
        says = f"{self.provider.title} answered about {ticker} with the status {answer.status}"
        if 300 <= answer.status < 400:
            raise ProviderError(f"{says}: it wants to be asked elsewhere, and redirects are not followed.")
        raise ProviderError(f"{says}, not with bars.")
