"""The snapshots of the market, from rows made here."""

import pytest
from pytest_django import DjangoAssertNumQueries

from applications.market import topics as page
from applications.market.models import TradeMinute
from dashboard import topics
from dashboard.live.snapshots import Snapshots
from streams.models import Throughput
from tests.dashboard.rows import at, lease, trades

pytestmark = pytest.mark.django_db


def test_market_is_empty_without_workers() -> None:
    assert page.market(at(seconds=30.25)) == {
        "now": "2026-11-22T12:00:30.250Z",
        "newest": None,
        "watermark": None,
        "rate": 0.0,
        "open": None,
        "closed": None,
    }


def test_market_tells_open_and_closed_minutes_apart_by_the_clock() -> None:
    lease("trades", watermark=at(1, 20), newest=at(1, 19))
    for minute in (-1, 0, 1):
        trades(at(minute), "AMZN", "BUY", 3)
    market = page.market(at(1, 21))
    assert (market["newest"], market["watermark"]) == ("2026-11-22T12:01:19.000Z", "2026-11-22T12:01:20.000Z")
    assert market["open"]["minute"] == "2026-11-22T12:01:00.000Z"
    assert market["closed"]["minute"] == "2026-11-22T12:00:00.000Z"


def test_a_minute_is_closed_once_the_watermark_is_at_its_end() -> None:
    tick = lease("trades", watermark=at(0, 59.999))
    trades(at(), "AMZN", "BUY", 3)
    assert page.market(at(1))["closed"] is None
    tick.watermark = at(1)
    tick.save()
    assert (page.market(at(1))["open"], page.market(at(1))["closed"]["trades"]) == (None, 3)


def test_a_minute_adds_up_both_sides() -> None:
    lease("trades", watermark=at(0, 30))
    trades(at(), "AMZN", "BUY", 3)
    trades(at(), "AMZN", "SELL", 2, largest=700)
    trades(at(), "BUD", "SELL", 1, largest=900)
    assert page.market(at(0, 30))["open"] == {
        "minute": "2026-11-22T12:00:00.000Z",
        "trades": 6,
        "bought": 3,
        "sold": 3,
        "shares": 600,
        "value": 6000.0,
        "buy": [{"ticker": "AMZN", "url": "/market/AMZN/", "trades": 3, "shares": 300}],
        "sell": [
            {"ticker": "AMZN", "url": "/market/AMZN/", "trades": 2, "shares": 200},
            {"ticker": "BUD", "url": "/market/BUD/", "trades": 1, "shares": 100},
        ],
        "largest_sell": {"ticker": "BUD", "url": "/market/BUD/", "shares": 900},
    }


def test_a_minute_adds_up_more_than_64_bits_of_cents() -> None:
    lease("trades", watermark=at(0, 30))
    for ticker in ("FB", "GE", "HD"):
        trades(at(), ticker, "BUY", 9)
    TradeMinute.objects.update(cents=9 * 10**18 + 7)
    trades(at(), "KO", "SELL", 1)
    assert page.market(at(0, 30))["open"]["value"] == (27 * 10**18 + 21 + 100_000) / 100


def test_ranking_breaks_ties_by_the_first_to_reach_the_count() -> None:
    lease("trades", watermark=at(0, 30))
    for place, ticker in enumerate(["FB", "GE", "HD", "KO", "MCD", "PG"]):
        trades(at(), ticker, "BUY", 7, last_sequence=9 - place)
    ranked = [row["ticker"] for row in page.market(at(0, 30))["open"]["buy"]]
    assert ranked == ["PG", "MCD", "KO", "HD", "GE"]


@pytest.mark.parametrize(("now", "rate"), [(20.5, 3.0), (21.9, 3.0), (27.5, 1.8)])
def test_rate_counts_silence_of_the_worker_after_two_seconds(now: float, rate: float) -> None:
    lease("trades", watermark=at(0, 20.2))
    Throughput.objects.bulk_create(
        Throughput(application="trades", stream="trades", shard="s0", second=at(0, second), records=3, size=9)
        for second in range(5, 21)
    )
    assert page.market(at(0, now))["rate"] == rate


def test_clock_is_that_of_the_slowest_open_shard() -> None:
    lease("trades", watermark=at(5), newest=at(4), shard="a")
    lease("trades", watermark=at(3), newest=at(2), shard="b")
    lease("trades", watermark=at(1), newest=at(1), shard="c", checkpoint="shard-end")
    market = page.market(at(5))
    assert (market["watermark"], market["newest"]) == ("2026-11-22T12:03:00.000Z", "2026-11-22T12:04:00.000Z")


def test_clock_is_unknown_when_a_shard_is_unread() -> None:
    lease("trades", watermark=at(5), shard="a")
    lease("trades", watermark=None, shard="b")
    assert page.market(at(5))["watermark"] is None


def test_history_is_an_hour_of_closed_minutes_with_their_firsts() -> None:
    lease("trades", watermark=at(0, 30))
    for minute in range(-62, 1):
        trades(at(minute), "AMZN", "BUY", 2)
        trades(at(minute), "BUD", "BUY", 1)
    minutes = page.market_history(at(0, 30))["minutes"]
    assert [minutes[0]["minute"], minutes[-1]["minute"]] == ["2026-11-22T11:00:00.000Z", "2026-11-22T11:59:00.000Z"]
    assert minutes[0]["buy"] == [{"ticker": "AMZN", "url": "/market/AMZN/", "trades": 2, "shares": 200}]
    assert len(minutes) == 60


def test_a_ticker_has_its_prices_and_its_open_minute_last() -> None:
    lease("trades", watermark=at(1, 30), newest=at(1, 29))
    trades(at(), "AMZN", "BUY", 3, last_sequence=8, low=9.0, high=11.0, first=9.5, last=10.5)
    trades(at(), "AMZN", "SELL", 2, last_sequence=9, low=8.0, high=10.0, first=8.5, last=9.0)
    trades(at(1), "AMZN", "SELL", 1)
    first, last = page.ticker("AMZN", at(1, 30))["minutes"]
    assert first == {
        "minute": "2026-11-22T12:00:00.000Z", "closed": True, "bought": 3, "sold": 2, "bought_shares": 300,
        "sold_shares": 200, "value": 5000.0, "low": 8.0, "high": 11.0, "first": 9.5, "last": 9.0,
    }  # fmt: skip
    assert (last["closed"], last["bought"]) == (False, 0)


def test_market_takes_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    lease("trades", watermark=at(1, 30))
    trades(at(), "AMZN", "BUY", 3)
    trades(at(1), "AMZN", "BUY", 3)
    with django_assert_max_num_queries(8):
        page.market(at(1, 30))


def test_topics_have_pages_and_other_names_have_none() -> None:
    known = ["market", "market-history", "ticker:AMZN", "ticker:BRK.B", "orders", "orders-history"]
    assert [found.version_topic if (found := topics.find(name)) else None for name in known] == ["trades"] * 4 + [
        "orders"
    ] * 2
    assert [topics.find(name) for name in ("", "trades", "ticker:", "ticker:A\n", "site:" + 257 * "x")] == [None] * 5
    assert (found := topics.find("ticker:AMZN")) and found.build(at())["ticker"] == "AMZN"


def test_tickers_of_a_poll_take_few_queries_and_leave_out_untraded_ones(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(20):
        trades(at(-1), f"T{number}", "BUY", 1)
    with django_assert_max_num_queries(6):
        found = Snapshots(lambda: at()).refresh([f"ticker:T{number}" for number in range(25)])
    assert sorted(found) == sorted(f"ticker:T{number}" for number in range(20))
