"""Providers that throttle, break off and lie: nothing of it is stored, and people read a sentence that says why."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from random import Random

import pytest

from applications.quotes.callers import PROVIDERS
from applications.quotes.providers.base import Found, ProviderError, QuotaError
from applications.quotes.providers.calling import TRIES, Caller
from applications.quotes.ranges import Days
from common.guarded import allowed
from tests.applications.quotes.provider import Answer, Provider, weekdays

WEEK = Days(date(2020, 1, 6), date(2020, 1, 10))
YEAR = Days(date(2019, 1, 1), date(2019, 12, 31))
HTML = (200, {"Content-Type": "text/html"}, b"<!doctype html><title>Please sign in</title>")


class Asking:
    """Asks a provider, with a clock that only sleeping moves."""

    def __init__(self, server: Provider, name: str, rate: float = 1000.0) -> None:
        self.time = 0.0
        self.slept: list[float] = []
        self.caller = Caller(
            PROVIDERS[name],
            server.url,
            rate=rate,
            allow=allowed(["127.0.0.1"]),
            rng=Random(1),
            monotonic=lambda: self.time,
            sleep=self._sleep,
            now=lambda: datetime(2026, 11, 27, 12, tzinfo=UTC),
        )

    def ask(self, days: Days = WEEK) -> Found:
        return self.caller.ask("AAPL", days)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@pytest.fixture(params=["stooq", "yahoo"])
def asking(request: pytest.FixtureRequest, provider: Provider) -> Asking:
    return Asking(provider, request.param)


def replacing(*pairs: tuple[str, str]) -> Callable[[bytes], Answer]:
    """Returns a lie: the honest answer with some texts in place of others."""

    def lie(honest: bytes) -> Answer:
        text = honest.decode()
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        return 200, {}, text.encode()

    return lie


def test_requests_keep_the_rate(provider: Provider) -> None:
    asking = Asking(provider, "stooq", rate=0.5)
    for _ in range(4):
        asking.ask()
    assert asking.slept == [2.0, 2.0, 2.0]


def test_throttled_request_rests_as_long_as_it_is_told(asking: Asking, provider: Provider) -> None:
    provider.faults = [
        (429, {"Retry-After": "17"}, b""),
        (503, {"Retry-After": "Fri, 27 Nov 2026 12:00:45 GMT"}, b""),
    ]
    assert len(asking.ask().bars) == 5
    assert asking.slept == [17.0, 45.0]


def test_throttled_request_backs_off_where_it_is_told_nothing(asking: Asking, provider: Provider) -> None:
    provider.faults = [(429, {}, b"")] * TRIES
    title = asking.caller.provider.title
    with pytest.raises(ProviderError) as raised:
        asking.ask()
    assert str(raised.value) == f"{title} gave no bars of AAPL in 5 tries: at last it answered with the status 429."
    assert [int(each // base) for each, base in zip(asking.slept, (2, 4, 8, 16), strict=True)] == [1, 1, 1, 1]


def test_provider_that_asks_for_an_hour_is_left_alone(asking: Asking, provider: Provider) -> None:
    provider.faults = [(429, {"Retry-After": "3600"}, b"")]
    says = f"{asking.caller.provider.title} takes no more requests for 60 minutes. Go on later."
    for _ in range(2):
        with pytest.raises(QuotaError) as raised:
            asking.ask()
        assert str(raised.value) == says
    assert len(provider.requests) == 1


def test_answer_that_breaks_off_is_asked_for_again(asking: Asking, provider: Provider) -> None:
    def cut(honest: bytes) -> Answer:
        return 200, {"Content-Length": "9000"}, honest[:200]

    provider.faults = [cut]
    assert len(asking.ask().bars) == 5
    provider.faults = [cut] * TRIES
    says = "gave no bars of AAPL in 5 tries: at last it broke off within its answer."
    with pytest.raises(ProviderError, match=says):
        asking.ask()


def test_answer_without_an_end_is_cut(asking: Asking, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("applications.quotes.providers.calling.MOST_ANSWER", 1 << 20)
    provider.faults = [(200, {}, b"x" * (1 << 21))]
    with pytest.raises(ProviderError, match="answer about AAPL is longer than 1 MiB"):
        asking.ask()


def test_provider_that_is_away_is_named(provider: Provider) -> None:
    asking = Asking(provider, "stooq")
    asking.caller._base = "http://127.0.0.1:1"
    with pytest.raises(ProviderError) as raised:
        asking.ask()
    assert str(raised.value).startswith("Stooq gave no bars of AAPL in 5 tries: at last it could not be reached: ")


def test_private_address_that_is_not_allowed_is_refused(provider: Provider) -> None:
    caller = Caller(PROVIDERS["stooq"], provider.url, rate=1000)
    with pytest.raises(ProviderError, match=r"^Stooq may not be called: .* not an address of the public internet\.$"):
        caller.ask("AAPL", WEEK)
    assert provider.requests == []


Lies = dict[str, tuple[Answer | Callable[[bytes], Answer], str]]
STOOQ_LIES: Lies = {
    "page": (HTML, "Stooq answered about AAPL with a page for people, not with CSV."),
    "quota": ((200, {}, b"Exceeded the daily hits limit"), "Stooq takes no more requests today: its daily limit is"),
    "words": ((200, {}, b"Apikey?\n"), "Stooq answered about AAPL with 'Apikey?', not with CSV."),
    "nothing": ((200, {}, b"\n"), "Stooq's answer about AAPL is empty."),
    "half a line": (lambda honest: (200, {}, honest[:-4]), "Stooq's answer about AAPL ends within a line."),
    "other days": (
        replacing(("2020-01-07", "2031-01-07")),
        "Stooq answered about AAPL on 2031-01-07, but 2020-01-06 to 2020-01-10 was asked for.",
    ),
    "no date": (replacing(("2020-01-07", "yesterday")), "Stooq's answer about AAPL has a line that is no bar: 'yest"),
    "negative": (
        replacing((",", ",-"), ("-Open", "Open"), ("-High", "High"), ("-Low", "Low"), ("-Close", "Close")),
        "of",
    ),
    "redirect": ((302, {"Location": "/"}, b""), "Stooq answered about AAPL with the status 302: it wants to be asked"),
    "forbidden": ((403, {}, b""), "Stooq answered about AAPL with the status 403, not with bars."),
}
YAHOO_LIES: Lies = {
    "page": (HTML, "Yahoo answered about AAPL with a page for people, not with JSON."),
    "half": (
        lambda honest: (200, {}, honest[:-9]),
        "Yahoo's answer about AAPL is not the expected JSON: Input data was",
    ),
    "NaN": (replacing(("1000", "NaN")), "Yahoo's answer about AAPL is not the expected JSON: JSON is malformed"),
    "other shape": (
        (200, {}, b'{"chart": 1}'),
        "Yahoo's answer about AAPL is not the expected JSON: Expected `object`",
    ),
    "nothing": ((200, {}, b'{"chart": {"result": []}}'), "Yahoo answered about AAPL with the status 200 and without a"),
    "columns": (replacing(("[1000, ", "["), ('"open": [', '"open": [1, ')), "Yahoo's answer about AAPL has columns of"),
    "times": (
        replacing(('"timestamp": [', '"timestamp": [99999999999999, ')),
        "Yahoo's answer about AAPL has columns of",
    ),
    "refusal": (
        (400, {}, b'{"chart": {"error": {"code": "Bad Request", "description": "Invalid input."}}}'),
        "Yahoo refuses AAPL: Invalid input.",
    ),
    "forbidden": ((401, {}, b"{}"), "Yahoo answered about AAPL with the status 401, not with bars."),
}


@pytest.mark.parametrize(
    ("name", "lie"), [("stooq", each) for each in STOOQ_LIES] + [("yahoo", each) for each in YAHOO_LIES]
)
def test_answer_that_cannot_be_is_not_believed(provider: Provider, name: str, lie: str) -> None:
    answer, says = (STOOQ_LIES if name == "stooq" else YAHOO_LIES)[lie]
    provider.faults = [answer]
    asking = Asking(provider, name)
    with pytest.raises(ProviderError) as raised:
        asking.ask()
    assert says in str(raised.value)
    assert asking.slept == []


# The honest bar of 2020-01-07 opens at 42, has a high of 44, a low of 41, and closes at 43.
ONE_DAY = {
    "NaN": ((",44", ",NaN"), "2020-01-07 has a price that is not a number"),
    "negative": ((",42", ",-42"), "2020-01-07 has a price of -42"),
    "zero": ((",42", ",0"), "2020-01-07 has a price of 0"),
    "endless": ((",44", ",inf"), "2020-01-07 has a price that is not a number"),
    "upside down": ((",44", ",4"), "2020-01-07 has a high of 4 below its low of 41"),
    "outside": ((",43", ",50"), "2020-01-07 has a close of 50 outside of its low of 41 and its high of 44"),
    "volume": ((",1000", ",-1"), "2020-01-07 has a volume of -1"),
}


@pytest.mark.parametrize("lie", ONE_DAY)
def test_one_impossible_day_is_left_out_and_told(provider: Provider, lie: str) -> None:
    (old, new), says = ONE_DAY[lie]

    def spoil(honest: bytes) -> Answer:
        lines = honest.decode().split("\r\n")
        [place] = [number for number, line in enumerate(lines) if line.startswith("2020-01-07")]
        base = float(lines[place].split(",")[1])
        lines[place] = "2020-01-07,42,44,41,43,1000".replace(old, new, 1) if base else ""
        return 200, {}, "\r\n".join(lines).encode()

    provider.faults = [spoil]
    found = Asking(provider, "stooq").ask()
    assert found.faults == [says]
    assert [bar.day.day for bar in found.bars] == [6, 8, 9, 10]


def test_answer_with_many_impossible_days_is_not_believed(provider: Provider) -> None:
    provider.faults = [replacing(("2019-0", "2019-0"), (",1000", ",-1"))]
    with pytest.raises(ProviderError) as raised:
        Asking(provider, "stooq").ask(YEAR)
    assert str(raised.value) == (
        "Stooq's answer about AAPL is not believed: of 261 days, 261 cannot be; 2019-01-01 has a volume of -1."
    )


def test_day_of_an_exchange_is_that_of_its_own_time_zone(provider: Provider) -> None:
    """A bar of Sydney begins at 10:00, which is 23:00 UTC of the day before in summer."""
    moments = [int(datetime(2020, 1, day, 23, tzinfo=UTC).timestamp()) for day in (5, 6, 7, 8, 9)]

    def in_sydney(honest: bytes) -> Answer:
        before, _, rest = honest.decode().replace("America/New_York", "Australia/Sydney").partition('"timestamp": [')
        return 200, {}, (before + f'"timestamp": {moments}' + rest.partition("]")[2]).encode()

    provider.faults = [in_sydney]
    assert [bar.day for bar in Asking(provider, "yahoo").ask().bars] == weekdays(*WEEK)


def test_symbols_are_those_of_the_provider() -> None:
    def asked(name: str, *tickers: str) -> list[str]:
        targets = [PROVIDERS[name].target(ticker, WEEK) for ticker in tickers]
        return [
            target.partition("s=")[2].partition("&")[0] or target.split("/")[4].partition("?")[0] for target in targets
        ]

    names = ("AAPL", "BRK-B", "SAP.DE", "^SPX", "EURUSD=X")
    assert asked("stooq", *names) == ["aapl.us", "brk-b.us", "sap.de", "^spx", "eurusd"]
    assert [PROVIDERS["yahoo"].target(name, WEEK).split("/")[4].partition("?")[0] for name in ("M&M.NS", "^GSPC")] == [
        "M%26M.NS",
        "%5EGSPC",
    ]
