"""Results of applications are tables of questions."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from archive.questions import offered, tables
from archive.questions.asking import Question
from archive.questions.preparing import prepared
from archive.stores.opening import opened
from streams.declarations import Column, Dataset
from tests.dashboard.rows import at, trades

pytestmark = pytest.mark.django_db


def ask(sql: str) -> list[list[object]]:
    found = tables.named(sql)
    with prepared(found, opened()) as ready:
        answer = Question(sql, ready).answer()
    assert [each for table in found for each in table.columns]
    return answer.rows


def test_results_of_an_application_are_a_table_of_all_its_streams() -> None:
    trades(at(0), "AMZN", "BUY", 2)
    trades(at(1), "AMZN", "SELL", 3, stream="others")
    sql = 'SELECT _stream, _time, ticker, trades FROM "trades/minutes" ORDER BY _time'
    assert ask(sql) == [
        ["trades", "2026-11-22T12:00:00Z", "AMZN", 2.0],
        ["others", "2026-11-22T12:01:00Z", "AMZN", 3.0],
    ]


def test_results_without_rows_are_a_table_with_its_columns() -> None:
    table = offered.table("trades/minutes")
    assert table
    with prepared([table], opened()) as ready:
        answer = Question('SELECT * FROM "trades/minutes"', ready).answer()
    assert (answer.columns, answer.rows) == (table.columns, [])


def test_results_have_the_newest_rows_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offered, "MOST", 2)
    for minute in range(4):
        trades(at(minute), "AMZN", "BUY", 1 + minute)
    assert ask('SELECT trades FROM "trades/minutes" ORDER BY 1') == [[3.0], [4.0]]


def test_results_hold_a_value_of_another_kind_as_null(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [Column(name="n", kind="number"), Column(name="t", kind="time"), Column(name="s", kind="text")]
    rows: list[tuple[int, Sequence[Any]]] = [(0, ["x", "never", 5]), (1, [1, "1970-01-01T00:00:01Z", None])]
    odd = Dataset(
        name="odd/rows",
        title="Odd",
        application="trades",
        columns=columns,
        series=lambda asked: pytest.fail(),
        rows=lambda asked: pytest.fail(),
        values=lambda *asked: [],
        cells=lambda asked, names: rows,
    )
    trades(at(0), "AMZN", "BUY", 1)
    monkeypatch.setattr(offered, "_datasets", lambda: {"odd/rows": odd})
    found = ask('SELECT n, t, s FROM "odd/rows" ORDER BY _time')
    assert found == [[None, None, "5"], [1.0, "1970-01-01T00:00:01Z", None]]


def test_page_lists_results_and_says_that_they_are_copied(client: Client) -> None:
    client.force_login(User.objects.create_user("oda", is_staff=True))
    page = client.post("/ask/", {"do": "look", "text": 'SELECT 1 FROM "trades/minutes"'}).content.decode()
    assert ("<code>&quot;trades/minutes&quot;</code>" in page, "trades/minutes are copied first." in page) == (
        True,
        True,
    )
