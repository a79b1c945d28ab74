"""HMACs with keys that were begun before equal those of the standard library."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from common.macs import digest


@given(st.binary(max_size=200), st.lists(st.binary(max_size=200), max_size=3))
def test_digest_equals_that_of_the_standard_library(key: bytes, messages: list[bytes]) -> None:
    assert [digest(key, each) for each in messages] == [hmac.digest(key, each, "sha256") for each in messages]
