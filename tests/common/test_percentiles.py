from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from common.percentiles import nearest_rank


@given(st.integers(1, 99), st.integers(1, 10_000))
def test_nearest_rank_is_the_first_place_that_covers_the_share(percent: int, count: int) -> None:
    rank, share = nearest_rank(percent, count), Fraction(percent, 100)
    assert (1 <= rank <= count, Fraction(rank, count) >= share, Fraction(rank - 1, count) < share) == (True, True, True)
