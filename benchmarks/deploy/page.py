"""Measures the cost of a page, with and without a year of history.

Page: one signed-in client asks for /market/ through nginx and the web pool, in turns with a Django view that does
nothing (no middleware, no database; benchmarks/parts/bare.py), behind the same nginx on a uWSGI with the same options.

History: two sites, one with a day in its database, one with a year, as far as either is kept: 25 tickers in each
minute, alarms each hour, and 3 shops and the arrivals of each second for 14 days. A client of each asks in turns.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from statistics import median
from time import monotonic

from applications.market.generator import MEAN_PRICES
from benchmarks.deploy.site import PAGE, WATCHER, configure, deployed
from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from tests.deploy.site_client import SiteClient
from tests.deploy.stack import BIN, Stack, connects
from tests.waiting import wait_for

ASKED = 200  # times in each round
ROUNDS = 3
YEAR = 365  # days
RATES = 14  # days that seconds are kept: RETENTION_RATES
PAGES = {"market": PAGE, "ticker": f"/market/{min(MEAN_PRICES)}/", "orders": "/orders/"}
SITES = ("london", "oslo", "paris")
BARE = "/bare"

# Straight into SQLite, oldest first, as the workers would have; :days of it.
STEPS = "WITH RECURSIVE step(n) AS (SELECT {count} UNION ALL SELECT n - 1 FROM step WHERE n > 1) "
MINUTES = f"""{STEPS.format(count=":days * 1440")}
INSERT OR IGNORE INTO market_trademinute
    (minute, ticker, side, trades, shares, cents, low, high, first, last, largest, reached)
SELECT strftime('%Y-%m-%d %H:%M:00', 'now', '-' || n || ' minutes'), ticker.value, side.value,
    12, 60000, 600000000, 90.0, 110.0, 100.0, 101.0, 9999, printf('%056d', n)
FROM step, json_each(:tickers) AS ticker, json_each('["BUY", "SELL"]') AS side"""
SECONDS = f"""{STEPS.format(count="min(:days, :rates) * 86400")}
INSERT OR IGNORE INTO orders_sitesecond (site, second, lines, peak)
SELECT site.value, datetime('now', '-' || n || ' seconds'), 2, 20 FROM step, json_each(:sites) AS site"""
RATE = f"""{STEPS.format(count="min(:days, :rates) * 86400")}
INSERT OR IGNORE INTO streams_throughput (application, stream, shard, second, records, size)
SELECT name.value, name.value, 'shardId-000000000000', datetime('now', '-' || n || ' seconds'), 10, 1000
FROM step, json_each('["orders", "trades"]') AS name"""
ALARMS = f"""{STEPS.format(count=":days * 24")}
INSERT OR IGNORE INTO orders_alarmepisode
    (site, started, sequence, ended, threshold, peak, lines, notifications, suppressed)
SELECT site.value, datetime('now', '-' || n || ' hours'), printf('%056d', n),
    datetime('now', '-' || n || ' hours', '90 seconds'), 30, 40, 120, 2, 118
FROM step, json_each(:sites) AS site"""
SHOPS = "INSERT OR IGNORE INTO orders_site (name, threshold) SELECT value, 30 FROM json_each(:sites)"


def run(options: Options) -> Iterator[Figure]:
    rounds, asked, days = options.rounds(ROUNDS), options.amount(ASKED), options.amount(YEAR)
    with deployed(bare_too, limited=False) as stack:
        client = SiteClient(stack).sign_in(WATCHER)
        pairs = [in_turns(client, PAGE, client, BARE, asked) for _ in rounds]
        client.line.close()
    yield Figure("/market/, signed in", "ms", [page for page, _ in pairs])
    yield Figure("a bare Django view", "ms", [bare for _, bare in pairs])
    yield Figure("/market/ ÷ bare view", "×", [page / bare for page, bare in pairs])
    with (
        deployed(lambda stack: remember(stack, 1), limited=False) as day,
        deployed(lambda stack: remember(stack, days), limited=False) as year,
    ):
        short, long = (SiteClient(stack).sign_in(WATCHER) for stack in (day, year))
        for name, path in PAGES.items():
            pairs = [in_turns(short, path, long, path, asked) for _ in rounds]
            yield Figure(f"{name}, a day of history", "ms", [a for a, _ in pairs])
            yield Figure(f"{name}, {days} days ÷ a day", "×", [b / a for a, b in pairs], Aim(1.2))
        short.line.close()
        long.line.close()


def bare_too(stack: Stack) -> None:
    """Starts another uWSGI with the options of the web pool."""
    socket, ini = stack.runtime / "bare.sock", stack.folder / "bare.ini"
    here = f"location = {BARE} {{ uwsgi_pass unix:{socket}; include {stack.folder}/nginx/uwsgi.conf; }}\n        "
    configure(stack, "location ^~ /accounts/", f"{here}location ^~ /accounts/")
    common = f"ini = {stack.checkout}/deploy/uwsgi.ini:common\nsocket = {socket}\nprocesses = 2\nlisten = 128\n"
    ini.write_text(f"[uwsgi]\n{common}module = benchmarks.parts.bare:application\n")
    stack.run("bare", BIN / "uwsgi", ini)
    wait_for(lambda: connects(socket))


def remember(stack: Stack, days: int) -> None:
    values = {"days": days, "rates": RATES, "tickers": json.dumps(sorted(MEAN_PRICES)), "sites": json.dumps(SITES)}
    with closing(sqlite3.connect(stack.deployment.database, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")  # nobody else has it yet
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -500000")
        for sql in (MINUTES, SECONDS, RATE, ALARMS, SHOPS):
            database.execute(sql, values)


def in_turns(one: SiteClient, path: str, other: SiteClient, other_path: str, times: int) -> tuple[float, float]:
    """Returns the medians, in milliseconds."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for taken, client, asked in ((found[0], one, path), (found[1], other, other_path)):
            began = monotonic()
            status, _ = client.ask(asked)
            taken.append((monotonic() - began) * 1000)
            assert status == 200, (asked, status)
    return median(found[0]), median(found[1])
