"""Requests that are refused, whole or in part: each record goes in once, in its key's order, or the put says so."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.backends.retrying import PATIENCE, RECORDS_A_REQUEST, Backoff, BusyError, Outcome, Put, Waiting
from streams.core.records import Entry, InvalidRecordError, StreamDownError, StreamError

TAKEN = Outcome("shard")
REFUSED = Outcome(error="Throttled")


class Time:
    """Seconds that pass only in pauses."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.seconds += seconds
        self.pauses.append(seconds)


class Service:
    """Takes records at random; `never` and `fails` are keys."""

    def __init__(self, refuse: float = 0.0, seed: int = 1, never: str = "", fails: str = "", down: float = 0.0) -> None:
        self.held: list[Entry] = []
        self.requests: list[list[Entry]] = []
        self.time = Time()
        self._refuse, self._never, self._fails, self._down = refuse, never, fails, down
        self._chance = Random(seed)

    def __call__(self, entries: list[Entry]) -> Sequence[Outcome]:
        self.requests.append(entries)
        if self._fails in [key for key, _ in entries]:
            raise StreamError("It is gone.")
        if self._chance.random() < self._down:
            raise StreamDownError("Nobody answers.")
        if self._chance.random() < self._refuse / 2:
            raise BusyError("Busy")
        outcomes = [REFUSED if k == self._never or self._chance.random() < self._refuse else TAKEN for k, _ in entries]
        self.held += [entry for entry, outcome in zip(entries, outcomes, strict=True) if outcome == TAKEN]
        return outcomes

    def put(self, entries: Sequence[Entry], request_bytes: int = 1 << 20) -> list[str]:
        chance = 0.0 if self._refuse else 1.0  # without pauses, patience never ends
        waiting = Waiting(lambda: self.time.seconds, self.time.pause, lambda: chance)
        return Put(entries, "trades", self, waiting, request_bytes).run()


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.binary(max_size=9)), max_size=60),
    st.floats(0, 0.7),
    st.integers(0, 99),
)
def test_put_writes_each_record_once_in_key_order_under_any_refusals(
    entries: list[Entry], refuse: float, seed: int
) -> None:
    service = Service(refuse, seed)
    assert service.put(entries) == ["shard"] * len(entries)
    for name in "abcd":
        assert [data for key, data in service.held if key == name] == [data for key, data in entries if key == name]


def test_a_request_has_each_key_once_and_is_no_larger_than_allowed() -> None:
    service = Service()
    service.put([(str(number % 700), b"x" * 10) for number in range(2000)], request_bytes=4000)
    for request in service.requests:
        assert len({key for key, _ in request}) == len(request) <= RECORDS_A_REQUEST
        assert sum(len(key) + len(data) for key, data in request) <= 4000


def test_a_record_larger_than_a_request_goes_alone() -> None:
    service = Service()
    service.put([("a", b"x" * 100), ("b", b"x" * 100)], request_bytes=50)
    assert [len(request) for request in service.requests] == [1, 1]


def test_put_makes_no_pause_when_all_is_taken_at_once() -> None:
    service = Service()
    service.put([("a", b"1"), ("b", b"2"), ("a", b"3")])
    assert (service.time.pauses, len(service.requests)) == ([], 2)


def test_pauses_double_up_to_a_bound() -> None:
    backoff = Backoff(lambda: 1.0)
    assert [backoff.next() for _ in range(8)] == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    backoff.reset()
    assert backoff.next() == 0.1


def test_put_error_counts_missing_records_when_refused_for_too_long() -> None:
    service = Service(never="b")
    with pytest.raises(
        StreamError, match=r"2 of 3 records were not taken by stream 'trades' within 30 s: 1 × Throttled"
    ):
        service.put([("a", b"1"), ("b", b"2"), ("b", b"3")])
    assert service.held == [("a", b"1")]
    assert service.time.seconds >= PATIENCE


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.binary(max_size=9)), max_size=60), st.integers(0, 99))
def test_put_again_after_an_outage_completes_each_record_once_in_order(entries: list[Entry], seed: int) -> None:
    service = Service(refuse=0.3, seed=seed, down=0.3)
    left: Sequence[Entry] = entries
    while left:
        try:
            service.put(left, request_bytes=20)
        except StreamDownError as error:
            left = left if error.left is None else error.left
        else:
            left = []
    assert sorted(service.held) == sorted(entries)
    for name in "abcd":
        assert [data for key, data in service.held if key == name] == [data for key, data in entries if key == name]


def test_put_error_names_missing_records_when_it_took_too_long() -> None:
    with pytest.raises(StreamDownError) as caught:
        Service(never="b").put([("b", b"1"), ("a", b"2"), ("b", b"3")])
    assert caught.value.left == [("b", b"1"), ("b", b"3")]


def test_put_error_counts_missing_records_after_a_failure_midway() -> None:
    with pytest.raises(StreamError, match=r"^1 of 2 records were not taken by stream 'trades'\. It is gone\."):
        Service(fails="b").put([("a", b"1" * 40), ("b", b"2" * 40)], request_bytes=50)
    with pytest.raises(StreamError, match=r"^It is gone\."):
        Service(fails="a").put([("a", b"1")])


@pytest.mark.parametrize("bad", [("", b"x"), ("k", b"x" * (1 << 20)), ("\udc80", b"x")])
def test_a_bad_record_is_refused_before_anything_is_sent(bad: Entry) -> None:
    service = Service()
    with pytest.raises(InvalidRecordError):
        service.put([("a", b"1"), bad])
    assert service.requests == []
