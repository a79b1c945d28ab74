"""The real `quotes fetch` is killed again and again, and goes on where it was: no known day is asked for twice."""

import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.applications.quotes.provider import Provider, weekdays
from tests.deployment import ROOT, Deployment, kill, running
from tests.waiting import wait_for

FIRST, LAST = date(1905, 1, 1), date(2024, 12, 31)  # six requests
WORDS = ["quotes", "fetch", "AAPL", "--provider", "stooq", "--from", str(FIRST), "--to", str(LAST)]
FAST = "from applications.quotes import callers; callers.RATE = 50; import manage; manage.main()"
KILLS = (2, 4)  # requests that the server has when the command is killed


class Quotes(Deployment):
    def _migrate(self) -> None:
        """Makes the tables of quotes alone."""
        self.run("migrate", "quotes", "--verbosity", "0")

    def fetch(self) -> "subprocess.Popen[str]":
        """Starts the command, with a rate that a test can wait for."""
        process = subprocess.Popen(
            [sys.executable, "-c", FAST, *WORDS],
            cwd=ROOT,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        running.add(process)
        return process


def test_fetch_that_is_killed_repeats_one_request_at_most(served: Provider, tmp_path: Path) -> None:
    served.reset()
    served.listed = FIRST
    quotes = Quotes(tmp_path)
    quotes.environment |= {"STOOQ_URL": served.url, "ALLOWED_TARGETS": "127.0.0.1"}
    for number in KILLS:
        process = quotes.fetch()
        wait_for(lambda: len(served.requests) >= number, 60)  # noqa: B023 - asked at once
        kill(process)
    out, err = quotes.fetch().communicate(timeout=60)
    asked = Counter(parse_qs(urlsplit(path).query)["d1"][0] for path in served.requests)
    assert (len(asked), asked.total() <= 6 + len(KILLS), err) == (6, True, "")
    assert quotes.query("SELECT first, last FROM quotes_coveredrange") == [(str(FIRST), str(LAST))]
    assert quotes.query("SELECT count(*) FROM quotes_bar") == [(len(weekdays(FIRST, LAST)),)], out
