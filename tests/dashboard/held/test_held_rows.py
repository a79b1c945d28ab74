"""Rows in memory give the answers of the database, whatever was added, came late or was removed meanwhile."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dashboard.held import rows as held
from dashboard.held.looks import one_look, recall, same_look
from sql.live.datasets import _table
from sql.live.models import SqlApplication, SqlOutput, SqlRow
from streams.core import clock
from streams.declarations import FUNCTIONS, Question, Series
from tests.dashboard.rows import at

START, MINUTE = clock.from_datetime(at()), 60_000
COLUMNS = [["device", "VARCHAR(8)"], ["degrees", "DOUBLE"], ["is_hot", "BOOLEAN"]]
ROWS = st.lists(
    st.tuples(
        st.integers(0, 299_999),
        st.sampled_from(["a", "b", "", "é", None]),
        st.none() | st.integers(-5, 5) | st.sampled_from([0.5, 12.25]),
    ),
    max_size=12,
)
QUESTIONS = st.builds(
    Question,
    stream=st.just("s"),
    start=st.sampled_from([START, START + MINUTE, START + 7_000]),
    end=st.integers(START + 90_000, START + 300_000),
    step=st.sampled_from([MINUTE, 30_000, 10_000]),
    function=st.sampled_from(FUNCTIONS),
    column=st.just("degrees"),
    by=st.sampled_from(["", "device"]),
    where=st.sampled_from([{}, {"device": ["a", "é"]}]),
    most=st.sampled_from([1, 5]),
    phase=st.sampled_from([0, 3_000, 7_000]),
)
MOVES = st.lists(st.integers(0, 120_000), min_size=1, max_size=3)  # milliseconds
pytestmark = pytest.mark.django_db


@pytest.fixture
def output() -> SqlOutput:
    application = SqlApplication.objects.create(name="mine", stream="s")
    return SqlOutput.objects.create(application=application, name="OUT", columns=COLUMNS)


def store(output: SqlOutput, rows: list[tuple[int, str | None, float | None]]) -> None:
    SqlRow.objects.bulk_create(
        SqlRow(
            output=output,
            stream="s",
            rowtime=at() + timedelta(milliseconds=moment),
            ordinal=0,
            data=json.dumps({"device": device, "degrees": degrees}),
        )
        for moment, device, degrees in rows
    )


def plain(found: Series | None) -> object:
    """Returns an answer with its figures to 9 places: databases add in another order."""
    assert found
    lines = [
        (each.name, [value and round(value, 9) for value in (*each.values, each.whole or 0)]) for each in found.lines
    ]
    return found.start, found.step, lines, found.more


@settings(max_examples=25)
@given(added=st.lists(ROWS, min_size=2, max_size=3), removed=st.integers(0, 3), asked=QUESTIONS, moves=MOVES)
def test_answers_from_memory_are_those_of_the_database(
    added: list[list[tuple[int, str | None, float | None]]], removed: int, asked: Question, moves: list[int]
) -> None:
    """Steps that were computed before rows came, or before the range moved on, are not taken for those of now."""
    SqlApplication.objects.all().delete()
    held.forget()
    application = SqlApplication.objects.create(name="mine", stream="s")
    output = SqlOutput.objects.create(application=application, name="OUT", columns=COLUMNS)
    table, _ = _table(output)
    without = replace(table, held="", steps=None)
    for turn, rows in enumerate(added):
        store(output, rows)
        for moved in moves:
            now = replace(asked, start=asked.start + moved // 2, end=asked.end + moved)
            assert plain(table.series(now)) == plain(without.series(now))
        for row in SqlRow.objects.order_by("pk")[: removed if turn == 0 else 0]:
            row.delete()


def test_parts_of_steps_are_kept_for_few_questions(output: SqlOutput) -> None:
    store(output, [(0, "a", 1), (MINUTE, "b", 2)])
    table, _ = _table(output)
    asked = Question(stream="s", start=START, end=START + 10 * MINUTE, step=MINUTE, function="sum", column="degrees")
    for number in range(held.MOST_KEPT + 3):
        table.series(replace(asked, where={"device": [str(number)]}))
    [kept] = held._held.values()
    assert [dict(key.where)["device"] for key in kept.parts] == [(str(n),) for n in range(3, held.MOST_KEPT + 3)]


def test_rows_stored_late_under_an_earlier_key_are_read_too(output: SqlOutput) -> None:
    """Transactions of two leases may end in another order than their keys were given."""
    store(output, [(0, "a", 1), (1, "a", 2), (2, "a", 3)])
    late = SqlRow.objects.order_by("pk")[1]
    SqlRow.objects.filter(pk=late.pk).delete()
    table, _ = _table(output)
    asked = Question(stream="s", start=START, end=START + MINUTE, step=MINUTE, function="sum", column="degrees")
    assert wholes(table.series(asked)) == [4]
    late.save()
    assert wholes(table.series(asked)) == [6]


def test_rows_that_are_too_many_are_left_to_the_database(output: SqlOutput, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "MOST", 2)
    store(output, [(place, "a", 1) for place in range(3)])
    table, _ = _table(output)
    asked = Question(stream="s", start=START, end=START + MINUTE, step=MINUTE, function="sum", column="degrees")
    source = held.Source(("sql", "s"), SqlRow.objects.all, "rowtime", "data")
    assert (held.view(source, START, START + MINUTE), wholes(table.series(asked))) == (None, [3])
    found = held.view(source, START + 1, START + MINUTE)
    assert found
    assert [row[0] for row in found.rows] == [START + 1, START + 2]


def test_memory_is_bounded_in_tables(output: SqlOutput) -> None:
    for number in range(held.TABLES + 3):
        held.view(held.Source((str(number), "s"), SqlRow.objects.all, "rowtime", "data"), START, START + MINUTE)
    assert list(held._held) == [(str(number), "s") for number in range(3, held.TABLES + 3)]


def test_value_that_databases_write_differently_is_left_to_them(output: SqlOutput) -> None:
    data = json.dumps({"device": "a", "degrees": 1, "is_hot": True})
    SqlRow.objects.create(output=output, stream="s", rowtime=at(), ordinal=0, data=data)
    table, _ = _table(output)
    asked = Question(stream="s", start=START, end=START + MINUTE, step=MINUTE, function="count", by="is_hot")
    assert plain(table.series(asked)) == plain(replace(table, held="", steps=None).series(asked))


def test_split_by_a_truth_has_figures_in_its_steps(output: SqlOutput) -> None:
    data = json.dumps({"is_hot": True, "degrees": 2.5})
    SqlRow.objects.create(output=output, stream="s", rowtime=at(), ordinal=0, data=data)
    asked = Question(stream="s", start=START, end=START + MINUTE, step=MINUTE, function="count", by="is_hot")
    [line] = _table(output)[0].series(replace(asked, function="sum", column="degrees")).lines
    assert (type(line.name), line.values, line.whole) == (str, [2.5], 2.5)


def test_look_asks_once_and_the_next_one_anew() -> None:
    made = iter(range(9))
    with one_look():
        assert [
            recall("a", lambda: next(made)),
            recall("a", lambda: next(made)),
            recall("b", lambda: next(made)),
        ] == [
            0,
            0,
            1,
        ]
    assert [recall("a", lambda: next(made)), recall("a", lambda: next(made))] == [2, 3]


def test_same_look_is_a_part_of_the_look_around_it() -> None:
    made = iter(range(9))
    with one_look():
        recall("a", lambda: next(made))
        with same_look():
            assert recall("a", lambda: next(made)) == 0
    with same_look():
        assert [recall("a", lambda: next(made)), recall("a", lambda: next(made))] == [1, 1]


def wholes(found: Series) -> list[float | None]:
    return [line.whole for line in found.lines]
