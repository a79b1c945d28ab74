"""Makes bars of tickers for tests: a random walk by a seed."""

from datetime import date, timedelta
from random import Random

from applications.quotes.models import Bar, Company

FRIDAY = date(2026, 11, 20)


def bars(ticker: str, count: int, last: date = FRIDAY, seed: int = 1, name: str = "", start: float = 100) -> list[Bar]:
    """Stores bars of `count` weekdays that end with `last`, and their company; returns them, oldest first."""
    rng, day, days = Random(seed), last, list[date]()
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day -= timedelta(days=1)
    made, close = [], start
    for day in reversed(days):
        opened, close = close, round(max(1.0, close * (1 + rng.gauss(0.0004, 0.012))), 2)
        high = round(max(opened, close) * (1 + abs(rng.gauss(0, 0.004))), 2)
        low = round(min(opened, close) * (1 - abs(rng.gauss(0, 0.004))), 2)
        prices = {"open": opened, "high": high, "low": low, "close": close, "adj_close": round(close * 0.9, 2)}
        made.append(Bar(ticker=ticker, day=day, volume=rng.randrange(10**6, 10**8), source="file", **prices))
    Bar.objects.bulk_create(made)
    Company.of(ticker, name, "NMS").save()
    return made
