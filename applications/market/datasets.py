"""Declares the dataset of the market for boards: `trades/minutes`."""

from django.db.models import F, FloatField
from django.db.models.functions import Cast

from applications.market.models import TRADES, Ticker, TradeMinute
from applications.market.observing import DELAY
from dashboard.datasets import Table, dataset, of_stream, own
from dashboard.steps.building import Steps
from streams.core import clock
from streams.declarations import Column, Dataset

SIDES = ["BUY", "SELL"]
NAME = f"{TRADES}/minutes"
NUMBERS = ["trades", "shares", "value", "low", "high", "first", "last", "largest"]


def values(column: str, stream: str, prefix: str, most: int) -> list[str]:
    """Returns the tickers or the sides that begin with a text, in order."""
    if column == "side":
        return [side for side in SIDES if side.startswith(prefix)][:most]
    found = Ticker.objects.filter(stream=stream, name__startswith=prefix).order_by("name")
    return list(found.values_list("name", flat=True)[:most])


TABLE = Table(
    rows_of=of_stream(TradeMinute),
    time="minute",
    columns=own("ticker", "side", "trades", "shares")
    | {"value": Cast(F("cents"), FloatField()) / 100.0}
    | own("low", "high", "first", "last", "largest"),
    held=NAME,
    sums=["trades", "shares", "value"],
    numbers=NUMBERS,
    steps=Steps(dataset=NAME, application=TRADES, texts=["ticker", "side"], numbers=NUMBERS, step=clock.MINUTE),
)
MINUTES = dataset(
    TABLE,
    [
        Column(name="ticker", kind="text", label="Ticker"),
        Column(name="side", kind="text", label="Side"),
        Column(name="trades", kind="number", label="Trades", unit="trades"),
        Column(name="shares", kind="number", label="Shares", unit="shares"),
        Column(name="value", kind="number", label="Value", unit="USD"),
        Column(name="low", kind="number", label="Lowest price", unit="USD"),
        Column(name="high", kind="number", label="Highest price", unit="USD"),
        Column(name="first", kind="number", label="First price", unit="USD"),
        Column(name="last", kind="number", label="Last price", unit="USD"),
        Column(name="largest", kind="number", label="Largest order", unit="shares"),
    ],
    values=values,
    name=NAME,
    title="Trades of each minute, ticker and side",
    application=TRADES,
    step=clock.MINUTE,
    delay=DELAY,
    partition="ticker",
)


def declared() -> list[Dataset]:
    """Returns the datasets of the application."""
    return [MINUTES]
