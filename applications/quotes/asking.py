"""Reads the parameters of a ticker's page: its days, its moving averages, and the tickers to compare it with.

?range=1y&sma=50&sma=200&compare=MSFT&compare=SPY, and &live=0 for bars without the trades of today. A text that is
no such parameter becomes a sentence for people, and the page shows its usual part in its place.
"""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

from applications.quotes import days, links, reading
from applications.quotes.days import MOST_TEXT, PRESETS, USUAL, Days
from applications.quotes.figures import AVERAGES, to_day
from applications.quotes.live import Today
from applications.quotes.models import Company
from common.text import quoted
from dashboard.periods import Link
from dashboard.ranges import RangeError
from streams.core import clock

USUAL_AVERAGES = (50, 200)
MOST_COMPARED = 4


@dataclass(frozen=True)
class Asked:
    """Holds the part of a ticker's history that a page or a file shows."""

    company: Company
    oldest: date
    newest: date
    days: Days
    typed: str  # the range as the request wrote it, even if it could not be read
    averages: tuple[int, ...]
    compared: tuple[str, ...]  # other tickers
    live: bool  # a day that is not over is shown as the stream has it
    errors: tuple[str, ...]

    @property
    def ticker(self) -> str:
        return self.company.ticker

    @property
    def is_live(self) -> bool:
        """Returns whether the newest day is shown, so that trades of today move it."""
        return self.live and self.days.last >= self.newest

    def query(self, text: str = "", compared: tuple[str, ...] | None = None) -> str:
        """Returns the parameters of the same part, or of another range or other tickers."""
        others = self.compared if compared is None else compared
        kept = [("range", text or self.days.text)] if (text or self.days.text) != USUAL else []
        if self.averages != USUAL_AVERAGES:
            kept += [("sma", str(count)) for count in self.averages or (0,)]
        if not self.live:
            kept.append(("live", "0"))
        return urlencode([*kept, *(("compare", other) for other in others)])

    def url(self, text: str = "", compared: tuple[str, ...] | None = None) -> str:
        """Returns the address of the page of another range, or with other tickers."""
        return f"{links.to_quote(self.ticker)}?{self.query(text, compared)}".removesuffix("?")

    @property
    def presets(self) -> list[Link]:
        return [Link(text, self.url(text), text == self.days.text) for text in PRESETS]

    @property
    def earlier(self) -> str:
        text = days.earlier(self.days, self.oldest)
        return text and self.url(text)

    @property
    def later(self) -> str:
        text = days.later(self.days, self.newest)
        return text and self.url(text)

    @property
    def without(self) -> list[Link]:
        """Returns a link for each compared ticker, to the page without it."""
        return [
            Link(each, self.url(compared=tuple(other for other in self.compared if other != each)))
            for each in self.compared
        ]


def read(request: HttpRequest, company: Company, edges: tuple[date, date], today: Today | None, now: datetime) -> Asked:
    """Returns the part that a request asks for; `edges` are the days of the oldest and the newest bar."""
    errors: list[str] = []
    oldest, newest = edges
    is_live = request.GET.getlist("live")[-1:] != ["0"]
    if today and today.bar and is_live:
        newest = max(newest, to_day(today.bar.day))
    typed = request.GET.get("range", "").strip()[:MOST_TEXT]
    try:
        found = days.parse(typed or USUAL, oldest, newest, clock.from_datetime(now))
    except RangeError as error:
        errors.append(str(error))
        found = days.parse(USUAL, oldest, newest, clock.from_datetime(now))
    compared = _compared(request.GET, company.ticker, errors)
    averages = _averages(request.GET, errors)
    shown = typed or USUAL
    return Asked(company, oldest, newest, found, shown, averages, compared, is_live, tuple(errors))


def _averages(query: QueryDict, errors: list[str]) -> tuple[int, ...]:
    """Returns the numbers of days; ?sma=0 asks for none."""
    asked = [part for text in query.getlist("sma") for part in text[:MOST_TEXT].split(",") if part]
    if not asked:
        return USUAL_AVERAGES
    if unknown := [text for text in asked if text not in {"0", *map(str, AVERAGES)}]:
        errors.append(f"{quoted(unknown[0])} is no moving average. There are those of 20, 50 and 200 days.")
    return tuple(count for count in AVERAGES if str(count) in asked)


def _compared(query: QueryDict, ticker: str, errors: list[str]) -> tuple[str, ...]:
    """Returns other tickers with bars, each once, at most MOST_COMPARED."""
    parts = [part for text in query.getlist("compare") for part in text[:MOST_TEXT].replace(",", " ").split()]
    found: list[str] = []
    for part in dict.fromkeys(part.upper() for part in parts[: 2 * MOST_COMPARED]):
        if part == ticker or part in found:
            continue
        if len(found) == MOST_COMPARED:
            errors.append(f"At most {MOST_COMPARED} tickers are compared with {ticker}; {part} is not shown.")
        elif not reading.has_bars(part):
            errors.append(f"There are no bars of {quoted(part)} to compare.")
        else:
            found.append(part)
    return tuple(found)
