"""Aggregates of KPL become the records that they hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.endpoint import unpacking
from ingest.endpoint.unpacking import unpack
from streams.backends import aggregation
from streams.backends.embedded.appending import Writing, Written
from streams.core.records import Entry
from tests.packing import aggregate

RECORDS = st.lists(st.tuples(st.text("abc", min_size=1, max_size=3), st.binary(max_size=5)), min_size=1, max_size=5)


def stored(writing: Writing, errors: dict[int, str]) -> Written:
    """The answer of a store that gives the record at each place that number."""
    places = range(len(writing.entries))
    return Written(
        ["" if place in errors else f"shard-{place}" for place in places],
        [0 if place in errors else place for place in places],
        errors,
    )


@given(parts=st.lists(RECORDS | RECORDS.map(lambda records: records[:1]), min_size=1, max_size=4), seed=st.data())
def test_each_sent_record_is_answered_with_the_last_of_those_that_it_became(
    parts: list[list[Entry]], seed: st.DataObject
) -> None:
    sent = [("outer", aggregate(part)) if len(part) > 1 else part[0] for part in parts]
    every = [entry for part in parts for entry in part]
    refused = seed.draw(st.sets(st.integers(0, len(every) - 1), max_size=2))
    found = unpack(Writing(sent))
    if found is None:
        assert all(len(part) == 1 for part in parts)
        return
    assert list(found.writing.entries) == every
    answer = found.folded(stored(found.writing, dict.fromkeys(refused, "Busy")))
    ends = [sum(map(len, parts[: place + 1])) - 1 for place in range(len(parts))]
    bad = [any(end - len(part) < each <= end for each in refused) for part, end in zip(parts, ends, strict=True)]
    assert answer.errors == {place: "Busy" for place, is_bad in enumerate(bad) if is_bad}
    assert answer.sequences == [0 if is_bad else end for end, is_bad in zip(ends, bad, strict=True)]


def test_explicit_hash_keys_inside_and_outside_are_kept() -> None:
    inner = aggregation.MAGIC + b"?"  # no aggregate, though it begins as one
    found = unpack(Writing([("a", inner), ("b", aggregate([("c", b"1"), ("d", b"2")]))], [7, 9]))
    assert found is not None
    assert (found.writing.hashes, found.counts) == ([7, None, None], [1, 2])


def test_aggregate_with_too_many_records_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MOST_RECORDS", 4)
    large, small = aggregate([("a", b"1")] * 5), aggregate([("a", b"1")] * 3)
    found = unpack(Writing([("x", large), ("y", small)]))
    assert found is not None
    assert found.counts == [1, 3]
