"""The look at all streams of a store: what it says, and that its cost does not grow with what they hold."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from streams.backends.embedded import survey as survey_module
from streams.backends.embedded.stream import EmbeddedStream
from streams.backends.embedded.survey import LANES, EmbeddedSurvey
from streams.core import clock
from streams.core.facts import Counted, Facts, Minute
from tests.fakes import FakeClock


@pytest.fixture
def now() -> FakeClock:
    return FakeClock(clock.from_iso("2026-11-22T14:00:30Z"))


@pytest.fixture
def make(tmp_path: Path, now: FakeClock) -> Iterator[Callable[..., EmbeddedStream]]:
    made: list[EmbeddedStream] = []

    def make(name: str, shards: int = 1, kind: type[EmbeddedStream] = EmbeddedStream) -> EmbeddedStream:
        stream = kind(tmp_path / "streams.sqlite3", name, now)
        if kind is EmbeddedStream:
            stream.create(shards)
        made.append(stream)
        return stream

    yield make
    for stream in made:
        stream.close()


def survey(tmp_path: Path, now: FakeClock, name: str = "") -> EmbeddedSurvey:
    return EmbeddedSurvey(tmp_path / "streams.sqlite3", name, now)


def test_survey_tells_the_facts_of_every_stream(make: Callable[..., Any], tmp_path: Path, now: FakeClock) -> None:
    make("quiet", 2)
    busy = make("busy")
    busy.put([("k", b"12345")] * 3)
    busy.split("shardId-000000000000")
    put = now()
    now.advance(clock.MINUTE)
    with closing(survey(tmp_path, now)) as looks:
        found = looks.listed()
    [first, second] = found.streams
    minute = put // clock.MINUTE
    assert first._replace(tip=0, shards=None) == Facts("busy", now(), put, Minute(minute, 3, 15), 2, 1, 3)
    assert second._replace(tip=0, shards=None) == Facts("quiet", now(), 0, Minute(minute, 0, 0), 2, 0, 0)
    assert first.shards and first.shards["shardId-000000000000"] == Counted(3, 3, open=False)


def test_rate_of_a_young_stream_is_that_since_it_was_made(
    make: Callable[..., Any], tmp_path: Path, now: FakeClock
) -> None:
    stream = make("trades")
    now.advance(3 * clock.SECOND)
    stream.put([("k", b"12")] * 30)
    with closing(survey(tmp_path, now, "trades")) as looks:
        assert looks.facts().last == Minute(now() // clock.MINUTE - 1, 600, 1200)


def test_survey_finds_by_a_part_of_the_name_and_lists_only_so_many(
    make: Callable[..., Any], tmp_path: Path, now: FakeClock
) -> None:
    for name in ("Trades-1", "trades-2", "orders", "trades-3"):
        make(name)
    with closing(survey(tmp_path, now)) as looks:
        found = looks.listed("trades", most=2)
    assert ([facts.name for facts in found.streams], found.total) == (["Trades-1", "trades-2"], 3)


def test_history_has_the_known_minutes_and_not_the_open_one(
    make: Callable[..., Any], tmp_path: Path, now: FakeClock
) -> None:
    stream = make("trades")
    first = now() // clock.MINUTE
    stream.put([("k", b"1")])
    now.advance(3 * clock.MINUTE)
    stream.put([("k", b"22")] * 2)
    now.advance(clock.MINUTE)
    stream.put([("k", b"3")])
    with closing(survey(tmp_path, now, "trades")) as looks:
        assert looks.history(60) == (first, [Minute(first, 1, 1), Minute(first + 3, 2, 4)], first + 4, "")
        assert looks.history(2).since == first + 2


def test_minute_that_an_older_release_has_counted_too_is_added_up(
    make: Callable[..., Any], tmp_path: Path, now: FakeClock
) -> None:
    stream = make("trades")
    stream.put([("k", b"22")])
    minute = now() // clock.MINUTE
    stream._db.execute("INSERT INTO minutes SELECT id, ?, 3, 30 FROM streams", [minute])
    now.advance(clock.MINUTE)
    with closing(survey(tmp_path, now, "trades")) as looks:
        before = looks.history(60).minutes
        stream.put([("k", b"1")])  # moves the counts of the minute to the table
        after = looks.history(60).minutes
    assert before == after == [Minute(minute, 4, 32)]


def test_newest_records_come_from_a_bounded_number_of_shards(
    make: Callable[..., Any], tmp_path: Path, now: FakeClock
) -> None:
    stream = make("trades", 3 * LANES)
    stream.put([(f"k{number}", b"{}") for number in range(1000)])
    with closing(survey(tmp_path, now, "trades")) as looks:
        shards = {record[2] for record in looks.newest(1000)}
        assert len(looks._numbered()) == LANES >= len(shards) > LANES // 2
        assert len(list(looks.newest(7))) == 7


def steps(looks: EmbeddedSurvey, act: Callable[[], object]) -> int:
    """Returns the hundreds of steps that SQLite makes for an act."""
    count = 0

    def note() -> int:
        nonlocal count
        count += 1
        return 0

    looks._db.set_progress_handler(note, 100)
    act()
    looks._db.set_progress_handler(None, 100)
    return count


def fill(db: Any, batches: int) -> None:
    """Adds old batches and minutes to every stream, as a long time of puts leaves them."""
    rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
    db.execute(
        f"{rows} INSERT INTO batches (shard, first_sequence, last_sequence, arrived, data, before)"
        " SELECT shards.id, i, i, i, x'', i FROM shards, n",
        [batches],
    )
    db.execute(f"{rows} INSERT INTO minutes SELECT streams.id, i, 1, 1 FROM streams, n", [batches])


def test_look_costs_the_same_however_many_batches_the_streams_hold(
    make: Callable[..., Any], tmp_path: Path, now: FakeClock
) -> None:
    for name in ("orders", "trades"):
        make(name, 2).put([(f"k{number}", b"{}") for number in range(300)])
    with closing(survey(tmp_path, now, "trades")) as looks:
        acts: list[Callable[[], object]] = [
            looks.listed,
            looks.facts,
            lambda: looks.history(1440),
            lambda: list(looks.newest(200)),
        ]
        before = [steps(looks, act) for act in acts]
        fill(looks._db, 20_000)
        after = [steps(looks, act) for act in acts]
        assert [late - early for early, late in zip(before, after, strict=True) if late > early + 2] == []


def test_look_at_many_streams_makes_few_steps_each(make: Callable[..., Any], tmp_path: Path, now: FakeClock) -> None:
    with closing(make("first", 10)) as stream:
        db = stream._db
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 199)"
        db.execute(f"{numbers} INSERT INTO streams (name, retention, next_sequence) SELECT 'more' || i, 1, 1 FROM n")
        db.execute(
            "INSERT INTO shards (stream, name, hash_start, hash_end)"
            " SELECT streams.id, shards.name, hash_start, hash_end FROM shards, streams WHERE streams.name != 'first'"
        )
    with closing(survey(tmp_path, now)) as looks:
        found = looks.listed()
        assert (found.total, sum(facts.open_shards or 0 for facts in found.streams)) == (200, 2000)
        assert steps(looks, looks.listed) < 1000  # that is 100,000 steps, some 10 ms


def test_too_many_shards_are_counted_but_not_listed(
    make: Callable[..., Any], tmp_path: Path, now: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("trades", 9)
    monkeypatch.setattr(survey_module, "MOST_SHARDS", 8)
    with closing(survey(tmp_path, now, "trades")) as looks:
        assert (looks.facts().open_shards, looks.facts().shards) == (9, None)
