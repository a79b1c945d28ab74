"""A server that speaks the formats of Stooq and Yahoo, and on demand throttles, breaks off and lies."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

NEW_YORK = "America/New_York"
Answer = tuple[int, dict[str, str], bytes]  # status, headers, body


class Provider(ThreadingHTTPServer):
    """Answers with a bar for each weekday, of all tickers but NONE, from the day `listed` on.

    `faults` are taken first, one for each request: an answer, or a function of the honest one. `requests` has the path
    of each request, and `agents` the User-Agent headers of the requests.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.reset()

    def reset(self) -> None:
        self.requests: list[str] = []
        self.agents: set[str] = set()
        self.faults: list[Answer | Callable[[bytes], Answer]] = []
        self.listed = date(1990, 1, 1)
        self.splits: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Provider
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        self.server.agents.add(self.headers["User-Agent"])
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        speak = stooq if parts.path == "/q/d/l/" else yahoo
        honest = speak(self.server, parts.path, query)
        fault = self.server.faults.pop(0) if self.server.faults else None
        status, headers, body = fault(honest[2]) if callable(fault) else fault or honest
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Writes nothing."""


def weekdays(first: date, last: date) -> list[date]:
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5]


def price(day: date) -> float:
    return 10 + day.toordinal() % 100


def stooq(server: Provider, path: str, query: dict[str, str]) -> Answer:
    first, last = (date.fromisoformat(query[name]) for name in ("d1", "d2"))
    days = [] if query["s"].startswith("none") else weekdays(max(first, server.listed), last)
    if not days:
        return 200, {}, b"No data"
    rows = [f"{day},{price(day)},{price(day) + 2},{price(day) - 1},{price(day) + 1},1000" for day in days]
    return 200, {}, "\r\n".join(["Date,Open,High,Low,Close,Volume", *rows, ""]).encode()


def yahoo(server: Provider, path: str, query: dict[str, str]) -> Answer:
    ticker = path.rpartition("/")[2]
    if ticker == "NONE":
        says = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
        return 404, {}, json.dumps({"chart": {"result": None, "error": says}}).encode()
    first, last = (datetime.fromtimestamp(int(query[name]), UTC).date() for name in ("period1", "period2"))
    days = weekdays(max(first, server.listed), last - timedelta(1))
    if not days:
        says = {"code": "Bad Request", "description": "Data doesn't exist for startDate = 1, endDate = 2"}
        return 400, {}, json.dumps({"chart": {"result": None, "error": says}}).encode()
    return 200, {}, json.dumps({"chart": {"result": [_result(server, ticker, days)], "error": None}}).encode()


def _result(server: Provider, ticker: str, days: list[date]) -> dict[str, Any]:
    columns = {"open": 0, "high": 2, "low": -1, "close": 1}
    quote: dict[str, Any] = {name: [price(day) + more for day in days] for name, more in columns.items()}
    return {
        "meta": {
            "symbol": ticker,
            "exchangeTimezoneName": NEW_YORK,
            "gmtoffset": -18000,
            "longName": f"{ticker.title()} Inc.",
            "fullExchangeName": "NasdaqGS",
        },
        "timestamp": [int(datetime(day.year, day.month, day.day, 14, 30, tzinfo=UTC).timestamp()) for day in days],
        "events": {"splits": server.splits},
        "indicators": {
            "quote": [quote | {"volume": [1000] * len(days)}],
            "adjclose": [{"adjclose": [(price(day) + 1) / 2 for day in days]}],
        },
    }
