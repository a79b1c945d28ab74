"""Ends deployments that run `book` and `tickers`, and checks their rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from streams.backends.embedded.stream import EmbeddedStream
from tests.deployment import Deployment, kill
from tests.sql.promises.naive import STEP, reported, rows_of
from tests.waiting import wait_for


def end(deployment: Deployment, stream: EmbeddedStream, *names: str) -> None:
    """Applies all records when the last windows can close, and delivers all rows: a killed process may hold them up."""
    last = stream.now()
    wait_for(lambda: stream.now() > last + STEP + 1000)
    deployment.run("consume", *names, "--until-caught-up")
    deliverer = deployment.start("consume", *names)
    wait_for(lambda: deployment.query("SELECT count(*) FROM sql_sqloutbox") == [(0,)], seconds=60)
    kill(deliverer)


def check_rows(deployment: Deployment, name: str, records: Sequence[Mapping[str, Any]]) -> None:
    """The rows of an application are those of a computation over the whole stream; so are those that it puts."""
    expected = rows_of(records, by_ticker=name == "tickers")
    assert min(map(len, expected.values())) >= 4
    assert reported(deployment.rows("report", name)) == expected
    if name == "book":
        put = data_of(deployment.rows("streams", "tail", "large"))
        assert sorted(put) == sorted(row[1:] for row in expected["LARGE"])


def data_of(records: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(record["data"].values()) for record in records]
