"""Numbers to draw: an hour of trades and five minutes of orders, made with a seed so that every screen adds up."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

MEAN_PRICES = {
    "AAPL": 119.72, "AMZN": 370.56, "BRK.A": 223999.88, "BUD": 120.39, "CHL": 66.96, "CVX": 110.43, "DIS": 101.73,
    "FB": 74.44, "GE": 24.64, "GOOG": 527.83, "JNJ": 99.78, "JPM": 57.82, "KO": 41.23, "MSFT": 42.36, "NVS": 102.46,
    "ORCL": 43.40, "PFE": 33.07, "PG": 85.05, "PTR": 111.08, "RDS.A": 66.72, "T": 34.64, "VZ": 49.09, "WFC": 54.21,
    "WMT": 85.91, "XOM": 91.56,
}  # fmt: skip
WINDOW = 15  # seconds of an orders window


@dataclass
class Trade:
    ticker: str
    sold: bool
    price: float
    shares: int


@dataclass
class Minute:
    """The trades of one minute, `label` its start as people read it."""

    label: str
    trades: list[Trade] = field(default_factory=list)

    def of(self, ticker: str) -> "Minute":
        return Minute(self.label, [trade for trade in self.trades if trade.ticker == ticker])

    def side(self, *, sold: bool) -> list[Trade]:
        return [trade for trade in self.trades if trade.sold is sold]

    def ranking(self, *, sold: bool) -> list[tuple[str, int]]:
        """At most five tickers with their trades, most first."""
        return Counter(trade.ticker for trade in self.side(sold=sold)).most_common(5)

    def largest_sell(self) -> tuple[str, int]:
        trade = max(self.side(sold=True), key=lambda trade: trade.shares)
        return trade.ticker, trade.shares

    def shares(self) -> int:
        return sum(trade.shares for trade in self.trades)

    def value(self) -> float:
        """US dollars."""
        return sum(trade.shares * trade.price for trade in self.trades)

    def prices(self) -> list[float]:
        return [trade.price for trade in self.trades]


def _trade(chance: random.Random) -> Trade:
    ticker = list(MEAN_PRICES)[int(chance.random() * len(MEAN_PRICES))]
    price = MEAN_PRICES[ticker] * (0.8 + 0.4 * chance.random())
    return Trade(ticker, chance.random() < 0.4, round(price, 2), 1 + int(chance.random() * 10_000))


def session() -> list[Minute]:
    """The minutes 13:02 to 14:03, some 590 trades each; for eight of them a second producer ran."""
    chance = random.Random(7)  # noqa: S311 - drawings, not secrets
    minutes = []
    for number in range(62):
        amount = int(570 + 30 * chance.random()) * (2 if 36 <= number < 44 else 1)
        hour, minute = divmod(13 * 60 + 2 + number, 60)
        minutes.append(Minute(f"{hour}:{minute:02}", [_trade(chance) for _ in range(amount)]))
    return minutes


def sliding(rates: Iterable[tuple[int, float]], seed: int) -> list[int]:
    """The count of the sliding window, second by second; `rates` are (seconds, order lines per second)."""
    chance = random.Random(seed)  # noqa: S311 - as above
    arrivals = []
    for seconds, rate in rates:
        arrivals += [sum(chance.random() < rate / 8 for _ in range(8)) for _ in range(seconds)]
    return [sum(arrivals[end - WINDOW : end]) for end in range(WINDOW, len(arrivals) + 1)]


def money(dollars: float) -> str:
    """$14.1 bn, $412.7 m"""
    return f"${dollars / 1e9:.1f} bn" if dollars >= 1e9 else f"${dollars / 1e6:.1f} m"


@dataclass
class Site:
    name: str
    threshold: int  # order lines in 15 s
    counts: list[int]  # of the last 5 minutes, second by second
    words: str

    @property
    def alarm(self) -> bool:
        return self.counts[-1] >= self.threshold


def sites() -> list[Site]:
    """By name, at 14:02:48."""
    return [
        Site("berlin", 30, sliding([(315, 0.75)], seed=4), "quiet"),
        Site("dublin", 30, sliding([(315, 1.35)], seed=91), "elevated"),
        Site("lisbon", 20, sliding([(155, 0.45), (160, 0)], seed=2), "quiet"),
        Site("london", 30, sliding([(207, 1.3), (108, 2.6)], seed=4), "ALARM since 14:01:11"),
    ]


@dataclass
class Alarm:
    """An episode; every line in it calls for a notification, and one a minute is sent."""

    site: str
    started: str  # HH:MM:SS
    ended: str  # empty while open
    seconds: int
    peak: int
    threshold: int
    lines: int

    @property
    def notified(self) -> int:
        return 1 + self.seconds // 60

    @property
    def lasted(self) -> str:
        minutes, seconds = divmod(self.seconds, 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


ALARMS = [
    Alarm("london", "14:01:11", "", 97, 45, 30, 262),
    Alarm("dublin", "13:48:20", "13:48:54", 34, 33, 30, 72),
    Alarm("london", "13:37:05", "13:39:26", 141, 52, 30, 402),
    Alarm("berlin", "13:21:40", "13:21:52", 12, 31, 30, 25),
    Alarm("london", "13:09:31", "13:10:46", 75, 38, 30, 181),
    Alarm("lisbon", "13:05:02", "13:05:11", 9, 21, 20, 12),
]
