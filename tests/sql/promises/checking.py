"""Ends deployments that run `book` and `tickers`, and checks their rows."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from streams.backends.embedded.stream import EmbeddedStream
from tests.deployment import Deployment
from tests.sql.promises.naive import STEP, reported, rows_of
from tests.waiting import wait_for


def end(deployment: Deployment, stream: EmbeddedStream, *names: str) -> None:
    """Applies all records when the last windows can close, and delivers all rows, when every process is gone."""
    last = stream.now()
    wait_for(lambda: stream.now() > last + STEP + 1000)
    with closing(deployment.server.connect()) as connection:  # as if those that were killed were so 30 s ago
        connection.cursor().execute("UPDATE sql_sqldelivery SET owner = '', expires = '2020-01-01 00:00:00'")
    deployment.run("consume", *names, "--until-caught-up")
    assert deployment.query("SELECT count(*) FROM sql_sqloutbox") == [(0,)]


def check_rows(deployment: Deployment, name: str, records: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """The rows of an application are those of a computation over the whole stream; so are those that it puts.

    Returns the version that wrote each row of LARGE, by the id of its trade.
    """
    expected, found = rows_of(records, by_ticker=name == "tickers"), reported(deployment.rows("report", name))
    assert min(map(len, expected.values())) >= 4
    if name == "book":
        put = [tuple(record["data"].values()) for record in deployment.records("large")]
        assert sorted(put) == sorted(row[1:] for row in found["LARGE"])
    versions = {row[1]: row[-1] for row in found["LARGE"]}
    assert found | {"LARGE": [row[:-1] for row in found["LARGE"]]} == expected
    return versions
