"""Rows that are not kept are computed again from the stream, or from its archive once the stream has let them go."""

import json
from collections import Counter
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from alarms import curves, recounting, rules
from alarms.backtest import Series
from alarms.proving import GONE, prove
from alarms.recounting import Rows
from alarms.spec import RuleSpec
from applications.market.generator import Trades
from dashboard.ranges import Span
from streams.backends.embedded.stream import EmbeddedStream
from streams.core import clock
from streams.core.replayed import counted_at, note
from streams.models import DeadLetter
from tests.alarms.making import T0, episode
from tests.archive.conftest import Archive
from tests.archive.conftest import archive as archive
from tests.archive.conftest import stream as stream

BUSY = RuleSpec(dataset="trades/minutes", kind="above", column="trades", by=("ticker",), level=1)
TRADES = Trades(Random(1)).take(120)
KEY = json.loads(TRADES[0][1])["tickerSymbol"]
REPLAYED = (
    "It cannot be computed again from the records: a dead letter was replayed, and counted at a time that they do not "
    "tell."
)


@pytest.fixture
def span(stream: EmbeddedStream, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> Span:
    """Returns a time with trades that the archive has, and the stream no more."""
    began = stream.now() - clock.MINUTE
    stream.put(TRADES)
    archive()
    stream.delete()
    stream.create()
    describe = EmbeddedStream.describe
    monkeypatch.setattr(EmbeddedStream, "describe", lambda self: describe(self)._replace(retention_hours=0))
    return Span(began, began + 10 * clock.MINUTE, live=False, text="")


def read(span: Span, records: int | None = None, rows: Rows | None = None) -> recounting.Read:
    dataset = curves.dataset_of("trades/minutes")
    assert dataset is not None
    return (rows or Rows()).read(dataset, BUSY, "things", span, records)


def test_rows_that_are_not_kept_are_computed_from_the_archive(span: Span) -> None:
    found = read(span)
    expected = Counter(json.loads(data)["tickerSymbol"] for _, data in TRADES)
    assert {key: sum(filter(None, series.values)) for key, series in found.keys.items()} == expected
    assert (found.records, found.older, found.cut) == (120, "", False)


def test_records_beyond_the_bound_are_said_to_be_too_many(span: Span) -> None:
    found = read(span, records=50)
    assert (found.rows, found.older) == (0, "There are more than 50 records before the kept rows.")


def test_rows_in_memory_serve_only_questions_with_the_same_bound(span: Span) -> None:
    rows = Rows()
    assert [read(span, most, rows).records for most in (50, None, 50)] == [0, 120, 0]


def test_backtest_reads_the_archive(span: Span, capsys: pytest.CaptureFixture[str]) -> None:
    rules.make("busy", "Busy", BUSY, "ada", T0)
    call_command("alarms", "backtest", "busy", "--range", "1h", "--stream", "things", "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["records"], found["rows"]) == (120, 0)  # the minute of the trades may still change
    call_command("alarms", "backtest", "busy", "--range", "1h", "--stream", "things")
    assert "message" in capsys.readouterr().out


def facts(series: Series, **more: Any) -> dict[str, Any]:
    """Returns an episode as a rule makes it of rows that are all beyond its level."""
    values = [value for value in series.values if value is not None]
    times = {"stream": "things", "started": clock.to_datetime(series.times[0])}
    return times | {"value": values[0], "peak": max(values), "calls": len(values)} | more


def test_episode_is_proved_from_the_archive_or_said_to_be_past_proof(span: Span) -> None:
    series = read(span).keys[KEY]
    of = episode(KEY, **facts(series))
    assert prove(of, BUSY, clock.to_datetime(span.end)).words.startswith(f"Equal: of {len(series.values)} row")
    of.stream = "elsewhere"
    assert prove(of, BUSY, clock.to_datetime(span.end)).words.startswith(GONE)


def letter(stream: str, status: str, arrived: int, error: str = "why") -> None:
    """Stores a dead letter of trades."""
    words = {"application": "trades", "shard": "s", "partition_key": "k", "data": b"", "error": error, "attempts": 1}
    DeadLetter.objects.create(
        **words, stream=stream, status=status, sequence=str(arrived), arrived=clock.to_datetime(arrived)
    )


def test_episode_with_a_replayed_letter_is_said_to_be_past_proof(span: Span) -> None:
    series = read(span).keys[KEY]
    peak, reached = max(filter(None, series.values)), clock.to_datetime(span.end)
    of = episode(KEY, **facts(series, peak=1_000))
    other = episode("NONE", **facts(series))  # the only record of this episode's key was a dead letter
    for name, status, arrived in (("else", "applied", 0), ("things", "kept", 1), ("things", "applied", span.end)):
        letter(name, status, arrived)
    assert [prove(each, BUSY, reached).equal for each in (of, other)] == [False, None]
    letter("things", "applied", span.start - clock.MINUTE)
    equal, words = prove(of, BUSY, reached)
    assert (equal, words.partition(" Of ")[0]) == (None, REPLAYED)
    assert words.endswith(f"computed from the records, the rule makes the peak {peak} instead of 1000.")
    assert prove(other, BUSY, reached) == (None, REPLAYED)
    of.peak = peak
    assert prove(of, BUSY, reached).equal is True


@pytest.mark.parametrize(("after", "equal"), [(-10, False), (0, None), (10, False)])
def test_only_an_episode_within_which_a_letter_counted_is_past_proof(
    span: Span, after: int, equal: bool | None
) -> None:
    """The letter arrived long before, and was replayed some minutes before or after the episode, or within it."""
    series = read(span).keys[KEY]
    of = episode(KEY, **facts(series, peak=1_000, ended=clock.to_datetime(series.times[0] + clock.MINUTE)))
    counted = series.times[0] + after * clock.MINUTE
    letter("things", "applied", span.start - clock.MINUTE, "why" + note(counted))
    assert prove(of, BUSY, clock.to_datetime(span.end)).equal is equal


@given(st.integers(0, 2**42))
def test_letter_tells_the_time_at_which_it_counted(at: int) -> None:
    assert (counted_at("why" + note(at)), counted_at(note(at) + " more")) == (at, None)
