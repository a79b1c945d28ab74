"""Makes up thirty years of daily bars of five companies, as a table that `manage.py quotes import` reads.

    python examples/history/make_bars.py bars.csv

The same seed gives the same bars. No company has these names, and no price was ever paid: the walk is random, with
calm and restless years. Each company pays a dividend every quarter, and splits its shares when one costs over 400:
`Adj Close` is corrected for both, as providers do it, and the other prices for neither.
"""

import argparse
import csv
import math
from datetime import date, timedelta
from pathlib import Path
from random import Random

COMPANIES = {"MILL": 22.0, "RACE": 8.5, "WEIR": 41.0, "SLUICE": 14.0, "PENSTK": 63.0}  # the first price of a share
FIELDS = ["Ticker", "Date", "Open", "High", "Low", "Close", "Volume", "Adj Close"]
YEAR = 252  # days of trade
GROWTH, CALM, RESTLESS = 0.08, 0.18, 0.45  # a year
DIVIDEND = 0.005  # part of the price, each quarter
SPLIT_ABOVE, SPLIT = 400.0, 4


def days_of_trade(first: date, last: date) -> list[date]:
    """Returns the weekdays without New Year and Christmas."""
    days = (first + timedelta(number) for number in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5 and (day.month, day.day) not in ((1, 1), (12, 25))]


def company(ticker: str, price: float, days: list[date], rng: Random) -> list[list[object]]:
    """Returns the rows of one company, oldest first."""
    rows: list[list[object]] = []
    parts: list[float] = []  # by which the prices before each day are corrected
    restless = CALM
    for number, day in enumerate(days):
        restless += (CALM - restless) * 0.01 + rng.choice([0.0] * 400 + [RESTLESS])
        step = restless / math.sqrt(YEAR)
        part = 1.0
        if number and day.month % 3 == 0 and day.month != days[number - 1].month:
            part = 1 - DIVIDEND
        if price > SPLIT_ABOVE:
            part /= SPLIT
        first = price * part * math.exp(rng.gauss(0, step / 3))
        close = first * math.exp(rng.gauss(GROWTH / YEAR, step))
        high = max(first, close) * math.exp(abs(rng.gauss(0, step / 2)))
        low = min(first, close) * math.exp(-abs(rng.gauss(0, step / 2)))
        volume = int(5e6 * math.exp(rng.gauss(0, 0.4)) * restless / CALM)
        rows.append([ticker, day, *(round(each, 2) for each in (first, high, low, close)), volume])
        parts.append(part)
        price = close
    correct = 1.0
    for row, part in zip(reversed(rows), reversed(parts), strict=True):
        row.append(round(float(str(row[5])) * correct, 6))
        correct *= part
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes up daily bars of five companies.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=date(1996, 1, 1))
    parser.add_argument("--to", dest="last", type=date.fromisoformat, default=date(2025, 12, 31))
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng, days = Random(options.seed), days_of_trade(options.first, options.last)
    with options.file.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(FIELDS)
        for ticker, price in COMPANIES.items():
            rows.writerows(company(ticker, price, days, rng))
    print(f"Made up {len(days) * len(COMPANIES):,} bars in {options.file}.")


if __name__ == "__main__":
    main()
