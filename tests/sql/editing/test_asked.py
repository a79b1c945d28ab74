"""Questions over an archived stream become applications that give the same rows, or it is said why they do not."""

import json
from datetime import datetime
from random import Random
from typing import Any

import duckdb
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from accounts.models import User
from archive.models import ArchivedColumn, ArchivedFile
from sql.folder import from_files
from sql.live.editing import asked
from sql.live.editing.asked_expressions import NotStreamingError
from sql.live.editing.asked_pages import PARTS
from sql.live.models import SqlDraft
from sql.offline.checking import check
from sql.offline.records import Sample
from sql.offline.running import Run
from streams.core.clock import to_datetime

KINDS = {"ticker": "text", "price": "number", "size": "whole", "buy": "boolean", "note": "text", "deep": "json"}
COLUMNS = "ticker VARCHAR, price DOUBLE, size BIGINT, buy BOOLEAN, note VARCHAR, deep VARCHAR"
START = 1_795_000_020_000  # milliseconds, in the middle of a minute
BUCKET = "time_bucket(INTERVAL 1 minute, _arrived)"
SAME = [
    f"SELECT {BUCKET} AS m, ticker, count(*), sum(price) AS s, max(size) FROM trades GROUP BY ALL ORDER BY m",
    f"SELECT {BUCKET}, avg(size), count(note), count(DISTINCT ticker) FROM trades WHERE price > 10.5 GROUP BY 1",
    "SELECT date_trunc('hour', _arrived) AS h, ticker, sum(size) FROM Trades t WHERE t.buy GROUP BY h, TICKER",
    f"SELECT {BUCKET} AS m, sum(CASE WHEN buy THEN size ELSE -size END) FROM trades GROUP BY m HAVING count(*) > 18",
    "SELECT _arrived, _key, ticker, price * size AS paid FROM trades WHERE ticker LIKE 'A%' AND NOT buy",
    "SELECT ticker, size / 2, upper(note) FROM trades WHERE size BETWEEN 3 AND 7 OR ticker IN ('WMT', 'it''s')",
    "SELECT price - 1 AS p FROM trades WHERE note IS NULL AND coalesce(size, 0) <> 4 AND (buy OR price < 1e1)",
    "SELECT ticker FROM trades WHERE ticker NOT LIKE 'A%' AND note IS NOT NULL AND size NOT IN (1, 2)",
    "SELECT max(price) - min(price) FROM trades GROUP BY time_bucket(INTERVAL '30 seconds', _arrived)",
    f"SELECT upper(note) AS note, count(*) FROM trades GROUP BY {BUCKET}, note ORDER BY {BUCKET}",
    "SELECT count(*) FROM trades GROUP BY time_bucket(to_minutes(2), trades._arrived)",
    'SELECT size * 1e1 AS "); DROP STREAM x; --" FROM trades WHERE price < 1e20 AND price > .5e-300',
]
ODD = [
    "INTERVAL '1 minute 30 seconds'",
    "INTERVAL '1 minute' * 2",
    "INTERVAL (size + 1) minute",
    "INTERVAL (-1) minute",
]
REFUSED = {
    "SELECT * FROM trades": "* is not translated: name the columns.",
    "SELECT ticker FROM trades ORDER BY ticker": "ORDER BY cannot run on a stream that never ends",
    "SELECT ticker FROM trades LIMIT 3": "LIMIT cannot run",
    "SELECT DISTINCT ticker FROM trades": "DISTINCT cannot run",
    "SELECT ticker, count(*) FROM trades GROUP BY ticker": "A group without a time never ends",
    "SELECT count(*) FROM trades": "A group without a time never ends",
    "SELECT ticker FROM trades, quotes": "It joins tables",
    "SELECT ticker FROM (SELECT * FROM trades)": "FROM has to name one archived stream",
    "WITH a AS (SELECT 1) SELECT ticker FROM trades": "WITH cannot be translated",
    "SELECT ticker FROM trades UNION SELECT note FROM trades": "UNION and its like",
    "SELECT deep FROM trades": "have no column 'deep'",
    "SELECT ticker FROM trades WHERE _arrived > TIMESTAMP '2026-01-01'": "leave out the bounds on _arrived",
    "SELECT ticker FROM trades WHERE price > 'x'": "compares a text with a number",
    "SELECT row_number() OVER () FROM trades": "Functions with OVER",
    "SELECT ticker FROM trades WHERE size = (SELECT 1)": "A question within the question",
    "SELECT median(price) FROM trades": "median() is not translated",
    "SELECT count(*) FROM trades GROUP BY time_bucket(INTERVAL 7 hour, _arrived)": "begin at other times",
    "SELECT count(*) FROM trades GROUP BY time_bucket(INTERVAL 1 month, _arrived)": "seconds, minutes, hours or days",
    f"SELECT count(*) FILTER (WHERE buy) FROM trades GROUP BY {BUCKET}": "FILTER cannot run",
    "SELEC 1": "DuckDB does not understand",
    f"SELECT count(*) FROM trades GROUP BY {'9' * 5000}": "There is no column 9999999999 of",
    "-- nothing": "A question has one statement",
    "SELECT ticker FROM trades; SELECT note FROM trades": "A question has one statement",
    "SELECT price FROM trades AS t(price, ticker)": "Other names for the columns",
    "SELECT price FROM other.trades": "FROM has to name one archived stream",
    "SELECT note.ticker FROM trades": "'note.ticker' is no column of 'trades'",
    "SELECT trades.ticker FROM trades AS t": "'trades.ticker' is no column of 't'",
    f"SELECT min(price, 2) FROM trades GROUP BY {BUCKET}": "min() takes one value",
    **{f"SELECT count(*) FROM trades GROUP BY time_bucket({each}, _arrived)": "minutes, hours or days" for each in ODD},
}


def tree(question: str) -> Any:
    text = duckdb.connect().execute(f"SELECT json_serialize_sql(?::VARCHAR, {PARTS})", [question]).fetchone()
    assert text is not None
    return json.loads(text[0])


def records() -> list[tuple[int, dict[str, Any]]]:
    chance = Random(3)
    rows = []
    for at in range(120):
        row = {"ticker": chance.choice(["AMZN", "AAPL", "WMT", "it's"]), "price": chance.randrange(80) / 4}
        row |= {"size": chance.randrange(9), "buy": chance.random() < 0.5, "note": chance.choice(["é", "b", None])}
        rows.append((START + 1_500 * at, row))
    return rows


def answered(question: str) -> list[tuple[Any, ...]]:
    database = duckdb.connect()
    database.execute(f"CREATE TABLE trades (_arrived TIMESTAMP, _key VARCHAR, {COLUMNS})")
    for at, row in records():
        values = [to_datetime(at).replace(tzinfo=None), row["ticker"], *row.values(), None]
        database.execute("INSERT INTO trades VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
    return [tuple(map(plain, row)) for row in database.execute(question).fetchall()]


def streamed(question: str) -> list[tuple[Any, ...]]:
    application = from_files(asked.files(tree(question), "trades", KINDS, "x"), "x")
    assert check(application).problems == []
    run = Run(application)
    samples = [Sample(at, row["ticker"], json.dumps(row).encode()) for at, row in records()]
    rows = [tuple(map(plain, row["row"].values())) for row in run.rows(samples)]
    assert (run.faults, run.refused) == ([], [])
    return rows


def plain(value: Any) -> Any:
    """Returns a value of either side in one form: stamps as text without a zone, numbers as double."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").split("+")[0]
    if isinstance(value, str) and value[:2] == "20" and value[10:11] in (" ", "T"):
        return datetime.fromisoformat(value).isoformat(timespec="milliseconds").split("+")[0]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize("question", SAME)
def test_application_gives_the_rows_of_the_question(question: str) -> None:
    assert sorted(streamed(question), key=repr) == sorted(answered(question), key=repr)


@pytest.mark.parametrize("question", REFUSED)
def test_question_without_the_shape_of_a_stream_is_refused_in_words(question: str) -> None:
    with pytest.raises(NotStreamingError) as refused:
        asked.table_of(tree(question))
        asked.files(tree(question), "trades", KINDS, "x")
    assert REFUSED[question] in str(refused.value)


def test_name_of_columns_that_differ_by_case_alone_is_refused() -> None:
    with pytest.raises(NotStreamingError, match="'SIZE' could be several columns"):
        asked.files(tree("SELECT SIZE FROM trades"), "trades", {"size": "whole", "Size": "whole"}, "x")


@pytest.fixture
def archived(db: None) -> None:
    now = timezone.now()
    times = {"hour": now, "oldest": now, "newest": now}
    ArchivedFile.objects.create(stream="trades", path="x", records=1, size=1, **times)
    ArchivedColumn.objects.bulk_create(ArchivedColumn(stream="trades", name=n, kind=k) for n, k in KINDS.items())


def test_page_makes_a_draft_of_a_question(archived: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("oda", is_staff=True))
    page = client.post("/sql/from-question/", {"text": SAME[0]}, follow=True)
    assertRedirects(page, "/sql/new/")
    draft = SqlDraft.objects.get(user__username="oda", name="")
    assert ('source = "trades"' in draft.configuration, "GROUP BY STEP(" in draft.script) == (True, True)
    assertContains(page, "The question is a draft now.")
    page = client.post("/sql/from-question/", {"text": "SELECT ticker FROM trades LIMIT 3"})
    assertContains(page, "LIMIT cannot run on a stream that never ends.", status_code=422)
    page = client.post("/sql/from-question/", {"text": "SELECT a FROM things"})
    assertContains(page, "&#x27;things&#x27; is no archived stream.", status_code=422)
