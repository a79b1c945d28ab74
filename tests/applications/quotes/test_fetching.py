"""manage.py quotes fetch against a provider of the test's own: only missing days are asked for, each once."""

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from time import monotonic

import pytest

from applications.quotes import fetching, storing
from applications.quotes.callers import caller_of
from applications.quotes.fetching import fetch
from applications.quotes.management.commands.quotes import Command
from applications.quotes.models import Bar, Company, CoveredRange
from applications.quotes.providers.calling import Caller
from applications.quotes.providers.stooq import STOOQ
from applications.quotes.ranges import Days
from common.guarded import allowed
from tests.applications.quotes.provider import Provider, price, weekdays
from tests.commands import exit_code

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize("name", ["stooq", "yahoo"])
FIRST, LAST = date(2019, 1, 1), date(2020, 6, 30)


def quotes(*words: str) -> int:
    return exit_code("quotes", *words)


def fetched(name: str, *words: str, first: date = FIRST, last: date = LAST) -> int:
    return quotes("fetch", *words, "--provider", name, "--from", f"{first}", "--to", f"{last}")


@BOTH
def test_second_fetch_of_an_overlapping_range_asks_for_nothing_known(
    provider: Provider, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetched(name, "aapl", "MSFT") == 0
    assert len(provider.requests) == 2
    assert fetched(name, "AAPL", "MSFT", first=date(2019, 5, 1)) == 0
    assert fetched(name, "AAPL", "MSFT") == 0
    assert len(provider.requests) == 2
    assert "AAPL: 0 bars; all of these days are known.\n" in capsys.readouterr().out
    assert fetched(name, "AAPL", first=date(2018, 12, 1), last=date(2020, 7, 31)) == 0
    assert len(provider.requests) == 4  # the month before, and the month after
    found = Bar.objects.filter(ticker="AAPL").order_by("day")
    assert [bar.day for bar in found] == weekdays(date(2018, 12, 1), date(2020, 7, 31))
    [known] = CoveredRange.objects.filter(ticker="AAPL")
    assert (known.first, known.last) == (date(2018, 12, 1), date(2020, 7, 31))


@BOTH
def test_bar_has_the_prices_of_its_day(provider: Provider, name: str) -> None:
    assert fetched(name, "AAPL") == 0
    bar, value = Bar.objects.get(ticker="AAPL", day=date(2019, 7, 4)), price(date(2019, 7, 4))
    assert (bar.open, bar.high, bar.low, bar.close) == (value, value + 2, value - 1, value + 1)
    assert (bar.adj_close, bar.volume, bar.source) == ((value + 1) / (1 if name == "stooq" else 2), 1000, name)
    company = Company.objects.get(ticker="AAPL")
    told = (company.name, company.folded, company.exchange)
    assert told == (("", "", "") if name == "stooq" else ("Aapl Inc.", "aapl inc.", "NasdaqGS"))
    assert provider.agents == {"Millrace-quotes (daily bars, kept by the one who asks)"}


@BOTH
def test_today_is_refreshed_by_each_fetch(provider: Provider, name: str) -> None:
    today = datetime.now(UTC).date()
    assert fetched(name, "AAPL", first=today - timedelta(100), last=today) == 0
    assert fetched(name, "AAPL", first=today - timedelta(100), last=today) == 0
    assert len(provider.requests) == 2
    assert CoveredRange.objects.get().last < today


@BOTH
def test_failure_of_one_ticker_does_not_stop_the_others(
    provider: Provider, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetched(name, "NONE", "AAPL") == 1
    assert Bar.objects.filter(ticker="AAPL").count() == len(weekdays(FIRST, LAST))
    out, err = capsys.readouterr()
    assert "Kept 391 bars of 2019-01-01 to 2020-06-30 in 2 requests.\n" in out
    says = {
        "stooq": "There are no bars of NONE in these days: either it did not trade then, or has another name.",
        "yahoo": "Yahoo knows no ticker NONE.",
    }
    assert sorted(err.splitlines()) == ["1 of 2 tickers failed: NONE.", f"NONE: {says[name]}"]
    assert not CoveredRange.objects.filter(ticker="NONE").exists()


@BOTH
def test_years_before_a_company_was_listed_are_known_to_have_no_bars(provider: Provider, name: str) -> None:
    provider.listed = date(2019, 6, 3)
    assert fetched(name, "AAPL", first=date(1990, 1, 1)) == 0
    asked = len(provider.requests)
    assert asked == 2  # of at most twenty years each
    assert fetched(name, "AAPL", first=date(1990, 1, 1)) == 0
    assert len(provider.requests) == asked
    assert Bar.objects.earliest("day").day == date(2019, 6, 3)


def test_fetch_goes_on_where_it_was_killed(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = caller_of("stooq")
    monkeypatch.setattr(fetching, "requests", lambda ranges: _by_year(ranges))
    steps = fetch(caller, ["AAPL"], Days(date(2011, 1, 1), date(2020, 12, 31)), datetime.now(UTC))
    for _ in range(3):
        next(steps)
    steps.close()  # type: ignore[attr-defined]  # it is a generator
    assert storing.known("stooq", "AAPL") == [Days(date(2018, 1, 1), date(2020, 12, 31))]
    provider.reset()
    *_, last = fetch(caller_of("stooq"), ["AAPL"], Days(date(2011, 1, 1), date(2020, 12, 31)), datetime.now(UTC))
    assert (last.requests, last.failure, last.done) == (7, "", True)
    assert Bar.objects.count() == len(weekdays(date(2011, 1, 1), date(2020, 12, 31)))


def _by_year(ranges: list[Days]) -> list[Days]:
    [asked] = ranges if len(ranges) == 1 else [Days(ranges[0].first, ranges[-1].last)]
    years = range(asked.last.year, asked.first.year - 1, -1)
    return [Days(date(year, 1, 1), date(year, 12, 31)) for year in years]


def test_fetch_of_many_tickers_tells_each_as_json(provider: Provider, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"T{number}" for number in range(20)]
    assert fetched("stooq", *names, "--json", first=date(2020, 6, 1)) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted(row["ticker"] for row in rows) == sorted(names)
    assert rows[0] | {"ticker": ""} == {"ticker": "", "bars": 22, "requests": 1, "failure": None}


def test_threads_share_the_rate_of_the_provider(provider: Provider) -> None:
    caller, began = Caller(STOOQ, provider.url, rate=50, allow=allowed(["127.0.0.1"])), monotonic()
    states = list(fetch(caller, [f"T{number}" for number in range(8)], Days(FIRST, LAST), datetime.now(UTC)))
    assert sum(state.done and not state.failure for state in states) >= 8
    assert (caller.requests, len(provider.requests), monotonic() - began >= 7 / 50) == (8, 8, True)


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_terminal_shows_the_progress_on_one_line(provider: Provider) -> None:
    out, err = StringIO(), Terminal()
    words = {"since": date(2020, 1, 1), "until": LAST, "provider": "stooq", "again": False, "json": False}
    Command(stdout=out, stderr=err, no_color=True).handle(verb="fetch", tickers=["AAPL"], **words)
    assert out.getvalue().splitlines()[0] == "AAPL: 130 bars."
    shown = err.getvalue().split("\r\x1b[K")
    assert shown == ["", "0 tickers done, 1 request, AAPL", "", "1 ticker done, 1 request, AAPL", ""]


def test_split_after_kept_bars_asks_for_all_days_again(provider: Provider, capsys: pytest.CaptureFixture[str]) -> None:
    assert fetched("yahoo", "AAPL", last=date(2019, 12, 31)) == 0
    moment = datetime(2020, 3, 2, 14, 30, tzinfo=UTC).timestamp()
    provider.splits = {"1": {"date": int(moment), "numerator": 4, "denominator": 1, "splitRatio": "4:1"}}
    assert fetched("yahoo", "AAPL") == 0
    assert capsys.readouterr().err == (
        "AAPL was split 4:1 on 2020-03-02: older bars are still in the former scale. "
        "Fetch all of its days with --again.\n"
    )
    assert fetched("yahoo", "AAPL", "--again") == 0
    assert (len(provider.requests), capsys.readouterr().err) == (3, "")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("fetch", "A B"), "Argument TICKER: 'A B' is not a ticker: 1 to 16 of A-Z, 0-9 and . ^ = & _ -"),
        (("fetch", "A", "--from", "1.2.2020"), "'1.2.2020' is not a day: write it as 2000-01-31"),
        (("fetch", "A", "--from", "2020-02-01", "--to", "2020-01-01"), "No day is from 2020-02-01 to 2020-01-01: "),
    ],
)
def test_words_that_cannot_be_are_refused_in_a_sentence(
    words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert quotes(*words) == 2
    assert says.lower() in capsys.readouterr().err.lower()
