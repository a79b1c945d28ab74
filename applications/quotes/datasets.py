"""Declares the dataset of quotes for boards: `quotes/days`, the bars that arrived on a stream, by their days."""

from applications.quotes.models import QUOTES, StreamedBar
from dashboard.datasets import Table, dataset, of_stream, own
from streams.core import clock
from streams.declarations import Column, Dataset

NAME = f"{QUOTES}/days"
PRICES = {"open": "Open", "high": "High", "low": "Low", "close": "Close", "adj_close": "Corrected close"}
DAYS = dataset(
    Table(rows_of=of_stream(StreamedBar), time="day", columns=own("ticker", *PRICES)),
    [
        Column(name="ticker", kind="text", label="Ticker"),
        *(Column(name=name, kind="number", label=label) for name, label in PRICES.items()),
    ],
    name=NAME,
    title="Daily bars of each ticker",
    application=QUOTES,
    step=24 * 60 * clock.MINUTE,
)


def declared() -> list[Dataset]:
    """Returns the datasets of the application."""
    return [DAYS]
