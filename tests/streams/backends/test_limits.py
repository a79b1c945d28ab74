"""Tests the limits of a record: of its key and its data in bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.backends.limits import MAX_RECORD, check, check_all, cuts
from streams.core.records import InvalidRecordError

KEYS = st.text(st.sampled_from("aä€😀"), min_size=1, max_size=256)


def taken(key: str, data: bytes) -> bool:
    try:
        check(key, data)
    except InvalidRecordError:
        return False
    return True


def all_taken(key: str, data: bytes) -> bool:
    try:
        check_all(["k", key], [b"", data])
    except InvalidRecordError:
        return False
    return True


@given(KEYS, st.integers(-3, 1100))
def test_record_is_accepted_up_to_the_limit_in_bytes(key: str, over: int) -> None:
    data = bytes(MAX_RECORD - len(key.encode()) + over)
    assert (taken(key, data), all_taken(key, data)) == (over <= 0, over <= 0)


def test_key_counts_in_bytes() -> None:
    with pytest.raises(InvalidRecordError, match="has 1048577 bytes with its key; the limit is 1048576"):
        check("ä", bytes(MAX_RECORD - 1))


def test_a_list_of_any_length_is_put_in_pieces_of_a_bounded_size() -> None:
    entries = [("k", bytes(600_000))] * 9 + [("k", b"x")] * 9000
    found = [entries[cut] for cut in cuts([len(data) for _, data in entries], 4096, 1 << 20)]
    assert [entry for piece in found for entry in piece] == entries
    assert max(sum(len(data) for _, data in piece) for piece in found) <= 1 << 20
