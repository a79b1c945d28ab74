import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import access
from accounts.access import Grant
from streams.core.names import is_stream

NAMES = st.text("ab.-_", min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("streams", "stream", "allowed"),
    [
        ((), "orders", True),
        (("orders",), "orders", True),
        (("orders",), "orders-2", False),
        (("orders*",), "orders-2", True),
        (("logs", "orders-*"), "orders-", True),
        (("orders-*",), "orders", False),
    ],
)
def test_grant_for_named_streams_allows_these_alone(streams: tuple[str, ...], stream: str, allowed: bool) -> None:
    grant = Grant(frozenset({"write:streams", "read:dashboards"}), streams)
    assert grant.allows("write:streams", stream) is allowed
    assert grant.allows("read:streams", stream) is False
    assert grant.allows("read:dashboards", stream) is True


@given(NAMES, st.booleans(), NAMES)
def test_limit_covers_what_its_names_say(name: str, star: bool, stream: str) -> None:
    streams = tuple(access.limit([name + "*" * star]))
    assert Grant(frozenset(), streams).covers(stream) is (stream[: len(name)] == name if star else stream == name)


@given(st.text(max_size=140))
def test_a_limit_takes_the_names_that_streams_may_have(name: str) -> None:
    try:
        taken = access.limit([name]) == [name]
    except access.StreamsError:
        taken = False
    assert taken is is_stream(name.removesuffix("*") if name != "*" else name)


@pytest.mark.parametrize(
    ("text", "streams"),
    [("", []), ("  \n", []), ("b, a  a\nc*", ["a", "b", "c*"]), ("a *", [])],
)
def test_limit_is_read_from_text(text: str, streams: list[str]) -> None:
    assert access.limit_of(text) == streams


@pytest.mark.parametrize("text", ["a/b", "a*b", "ä", "x" * 129, " ".join(f"s{number}" for number in range(21))])
def test_text_that_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(access.StreamsError):
        access.limit_of(text)
