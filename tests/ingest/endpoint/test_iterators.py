"""Shard iterators and paging tokens: they last five minutes, and nobody else can make one."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ingest.endpoint.errors import ApiError
from ingest.endpoint.iterators import VALID, Iterator, Iterators, Token
from ingest.endpoint.seals import Seals
from streams.core.records import TRIM_HORIZON, after

NOW = 1_795_000_000_000
ITERATORS = Iterators(Seals(["current", "former"], "tests"))


def sealed(made: int = NOW, stream: str = "trades") -> str:
    return ITERATORS.seal(Iterator(stream, "shardId-000000000000", str(TRIM_HORIZON), made, "embedded:1"))


def refusal(text: str, now: int = NOW) -> str:
    with pytest.raises(ApiError) as caught:
        ITERATORS.open(text, now)
    return caught.value.kind


def test_an_iterator_lasts_five_minutes() -> None:
    assert ITERATORS.open(sealed(), NOW + VALID).place == TRIM_HORIZON
    assert refusal(sealed(), NOW + VALID + 1) == "ExpiredIteratorException"


def test_a_token_lasts_five_minutes_and_serves_its_own_list() -> None:
    text = ITERATORS.seal_token(Token("ListShards", "trades", "shardId-000000000001", NOW))
    assert ITERATORS.open_token(text, "ListShards", NOW + VALID).after == "shardId-000000000001"
    kinds = []
    for operation, now in (("ListShards", NOW + VALID + 1), ("ListStreamConsumers", NOW)):
        with pytest.raises(ApiError) as caught:
            ITERATORS.open_token(text, operation, now)
        kinds.append(caught.value.kind)
    assert kinds == ["ExpiredNextTokenException", "InvalidArgumentException"]
    assert refusal(text) == "InvalidArgumentException"


def test_an_iterator_of_a_former_secret_is_opened() -> None:
    former = Iterators(Seals(["former"], "tests"))
    text = former.seal(Iterator("trades", "s", str(after(7)), NOW, "embedded:1"))
    assert ITERATORS.open(text, NOW).place == after(7)
    assert refusal(Iterators(Seals(["other"], "tests")).seal(ITERATORS.open(text, NOW))) == "InvalidArgumentException"
    assert refusal(Iterators(Seals(["current"], "another use")).seal(ITERATORS.open(text, NOW))) == (
        "InvalidArgumentException"
    )


def test_the_longest_iterator_fits_into_the_service_s_bound() -> None:
    longest = Iterator("x" * 128, "shardId-000000000000", str(after(2**63 - 1)), NOW, f"embedded:{'f' * 32}")
    assert len(ITERATORS.seal(longest)) <= 512


@given(some.integers(0, 200), some.integers(0, 7))
def test_an_iterator_with_one_changed_bit_is_refused(place: int, bit: int) -> None:
    text = bytearray(sealed().encode())
    text[place % len(text)] ^= 1 << bit
    assert refusal(text.decode("latin-1")) == "InvalidArgumentException"
