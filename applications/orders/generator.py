"""Makes order lines of web shops, replayed from the Online Retail file or made up like it; the key is the site."""

import heapq
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec

from applications.orders.online_retail import SkippedRows, read
from streams.core import clock
from streams.sources.base import Timed, TimedEntry
from streams.sources.tables import Form

FILE_SITE = "online-retail"  # the file is of one shop and does not name it
SITES = ("london", "paris", "berlin")
HOME = {"paris": "France", "berlin": "Germany"}  # the country of most customers of a site
ELSEWHERE = ("Belgium", "Ireland", "Netherlands", "Norway", "Portugal", "Spain", "Switzerland")

# A shop's mean lines per second, and the mean duration in seconds. The alarm begins at 30 lines in 15 s.
CALM = (0.6, 90.0)  # 9 in 15 s
SURGE = (4.0, 25.0)  # 60 in 15 s


class OrderLine(msgspec.Struct):
    """Holds one event of the stream `orders`, in the order of its JSON fields."""

    InvoiceNo: str
    StockCode: str
    Description: str
    Quantity: int
    InvoiceDate: str  # ISO-8601; without a zone if the shop's books have none
    UnitPrice: float
    Customer: str  # may be empty
    Country: str
    site: str


class Product(NamedTuple):
    stock_code: str
    description: str
    price: float


THINGS = {
    "ENAMEL MUG": 2.95,
    "PAPER LANTERN": 1.25,
    "OAK PICTURE FRAME": 7.95,
    "SET OF 6 EGG CUPS": 4.25,
    "LINEN TEA TOWEL": 3.75,
    "TIN MONEY BOX": 0.85,
    "GLASS CAKE STAND": 14.95,
    "WOVEN BASKET": 5.45,
    "£5 GIFT CARD": 5.00,
    "HOOK RAIL": 6.35,
}
COLOURS = ("BLUE", "IVORY", "RED", "SAGE")
PRODUCTS = [
    Product(f"{20100 + 7 * number}{colour[0]}", f"{thing}, {colour}", price)
    for number, (thing, price) in enumerate(THINGS.items())
    for colour in COLOURS
]

_encode = msgspec.json.Encoder().encode


class Replay(Timed):
    """Replays the lines of an Online Retail file, as if `site` sold them, at the pace of their dates."""

    def __init__(self, path: Path, site: str = FILE_SITE, form: Form = Form()) -> None:  # noqa: B008 - it cannot change
        self._skipped = SkippedRows(path)
        super().__init__(_replayed(path, site, self._skipped, form))

    @property
    def skipped(self) -> int:
        return self._skipped.total


def _replayed(path: Path, site: str, skipped: SkippedRows, form: Form) -> Iterator[TimedEntry]:
    first: float | None = None
    due = 0.0
    for row in read(path, skipped, form):
        happened, *fields = row
        first = happened if first is None else first
        due = max(due, happened - first)  # a date that runs backwards does not turn time back
        yield due, (site, _encode(OrderLine(*fields, site)))  # type: ignore[call-arg, arg-type]


class MadeUpOrders(Timed):
    """Makes endless order lines: each site is calm, then has a surge, and so on. Equal chance gives equal bytes.

    `start` is the time of the first line, in milliseconds since 1970.
    """

    def __init__(self, rng: Random, start: int, sites: Sequence[str] = SITES) -> None:
        invoices = count(700001)
        shops = [_shop(Random(rng.getrandbits(64)), site, invoices, start) for site in sites]  # noqa: S311 - not secret
        super().__init__(_from_zero(heapq.merge(*shops)))


def _from_zero(entries: Iterator[TimedEntry]) -> Iterator[TimedEntry]:
    first, entry = next(entries)
    yield 0.0, entry
    for seconds, entry in entries:
        yield seconds - first, entry


def _shop(rng: Random, site: str, invoices: Iterator[int], start: int) -> Iterator[TimedEntry]:
    moments = _moments(rng)
    while True:
        basket = _basket(rng, site, f"{next(invoices)}")
        for line, seconds in zip(basket, moments, strict=False):
            line.InvoiceDate = clock.to_iso(start + int(seconds * clock.SECOND))
            yield seconds, (site, _encode(line))


def _moments(rng: Random) -> Iterator[float]:
    """Yields the times of lines, in seconds: random, with a mean rate that changes between calm and surge."""
    now = 0.0
    while True:
        for rate, mean_length in (CALM, SURGE):
            until = now + mean_length * (0.5 + rng.random())
            while now < until:
                now += rng.expovariate(rate)
                yield now


def _basket(rng: Random, site: str, number: str) -> list[OrderLine]:
    """Makes the lines of an invoice, like the data set: half have ten or more, 2 % cancel, 30 % lack customers."""
    cancels = rng.random() < 0.02
    customer = "" if rng.random() < 0.3 else f"{12000 + int(6000 * rng.random())}"
    country = HOME.get(site, "United Kingdom") if rng.random() < 0.92 else rng.choice(ELSEWHERE)
    return [
        _line(rng, f"C{number}" if cancels else number, -1 if cancels else 1, customer, country, site)
        for _ in range(1 + min(200, int(rng.lognormvariate(2.2, 1.2))))
    ]


def _line(rng: Random, invoice: str, sign: int, customer: str, country: str, site: str) -> OrderLine:
    product = PRODUCTS[int(len(PRODUCTS) * rng.random() ** 2)]  # some sell better than others
    quantity = sign * (1 + min(999, int(rng.lognormvariate(1.0, 1.2))))
    return OrderLine(
        invoice, product.stock_code, product.description, quantity, "", product.price, customer, country, site
    )
