"""Made-up trades."""

import json
from collections import Counter
from random import Random

from applications.market.generator import MEAN_PRICES, Trades


def test_seed_gives_the_same_bytes_for_any_batches() -> None:
    one, other = Trades(Random(7)), Trades(Random(7))
    assert one.take(500) == [entry for size in (1, 99, 400) for entry in other.take(size)]
    assert Trades(Random(8)).take(500) != Trades(Random(7)).take(500)


def test_a_trade_has_its_fields_in_order_and_its_ticker_as_key() -> None:
    for number, (key, data) in enumerate(Trades(Random(1)).take(1000), 1):
        trade = json.loads(data)
        assert list(trade) == ["tickerSymbol", "tradeType", "price", "quantity", "id"]
        assert (trade["tickerSymbol"], trade["id"]) == (key, number)
        assert type(trade["quantity"]) is int
        assert 1 <= trade["quantity"] <= 10_000
        assert trade["price"] == round(trade["price"], 2)


def test_prices_stay_within_a_fifth_of_the_mean_and_reach_both_ends() -> None:
    trades = [json.loads(data) for _, data in Trades(Random(2)).take(50_000)]
    ratios = [trade["price"] / MEAN_PRICES[trade["tickerSymbol"]] for trade in trades]
    assert (round(min(ratios), 2), round(max(ratios), 2)) == (0.8, 1.2)


def test_two_in_five_sell_and_every_ticker_has_its_share() -> None:
    trades = [json.loads(data) for _, data in Trades(Random(3)).take(50_000)]
    sides = Counter(trade["tradeType"] for trade in trades)
    tickers = Counter(trade["tickerSymbol"] for trade in trades)
    assert set(sides) == {"BUY", "SELL"}
    assert round(sides["SELL"] / 50_000, 1) == 0.4
    assert len(tickers) == 25
    assert all(1700 < count < 2300 for count in tickers.values())
