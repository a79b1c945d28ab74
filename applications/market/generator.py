"""Makes up stock trades. Tickers, mean prices and odds are those of AWS' Kinesis tutorial (amazon-kinesis-learning)."""

from random import Random

from streams.core.records import Entry

MEAN_PRICES = {
    "AAPL": 119.72,
    "XOM": 91.56,
    "GOOG": 527.83,
    "BRK.A": 223999.88,
    "MSFT": 42.36,
    "WFC": 54.21,
    "JNJ": 99.78,
    "WMT": 85.91,
    "CHL": 66.96,
    "GE": 24.64,
    "NVS": 102.46,
    "PG": 85.05,
    "JPM": 57.82,
    "RDS.A": 66.72,
    "CVX": 110.43,
    "PFE": 33.07,
    "FB": 74.44,
    "VZ": 49.09,
    "PTR": 111.08,
    "BUD": 120.39,
    "ORCL": 43.40,
    "KO": 41.23,
    "T": 34.64,
    "DIS": 101.73,
    "AMZN": 370.56,
}
DEVIATION = 0.2  # a price is its mean ± 20 %
SELL_ODDS = 0.4
MAX_QUANTITY = 10_000


class Trades:
    """Makes an endless Source of trades, with the ticker as the key; equal generators of chance give equal bytes."""

    skipped = 0

    def __init__(self, rng: Random) -> None:
        self._random = rng.random
        self._id = 1
        # The common part of a ticker's trades is made once, because this loop limits the rate of `produce`.
        self._tickers = [
            (ticker, mean * (1 - DEVIATION), mean * 2 * DEVIATION, _template(ticker, "BUY"), _template(ticker, "SELL"))
            for ticker, mean in MEAN_PRICES.items()
        ]

    def take(self, limit: int) -> list[Entry]:
        random, tickers, count = self._random, self._tickers, len(self._tickers)
        taken: list[Entry] = []
        for number in range(self._id, self._id + limit):
            ticker, lowest, spread, buy, sell = tickers[int(random() * count)]
            template = sell if random() < SELL_ODDS else buy
            values = (lowest + spread * random(), int(random() * MAX_QUANTITY) + 1, number)
            taken.append((ticker, template % values))
        self._id += limit
        return taken


def _template(ticker: str, side: str) -> bytes:
    return f'{{"tickerSymbol":"{ticker}","tradeType":"{side}","price":%.2f,"quantity":%d,"id":%d}}'.encode()
