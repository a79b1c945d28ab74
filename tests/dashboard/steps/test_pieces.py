"""A time is divided into the longest stored steps that are up to date."""

from hypothesis import given
from hypothesis import strategies as st

from dashboard.steps.pieces import ROWS, pieces

LEVELS = (24, 6, 2)


@given(start=st.integers(0, 80), length=st.integers(0, 120), changed=st.lists(st.integers(0, 200)).map(sorted))
def test_pieces_cover_each_moment_once_by_the_longest_step_that_is_up_to_date(
    start: int, length: int, changed: list[int]
) -> None:
    end = start + length
    found = [
        (moment, level) for level, spans in pieces(start, end, LEVELS, changed).items()
        for since, until in spans for moment in range(since, until)
    ]  # fmt: skip

    def longest(moment: int) -> int:
        for level in LEVELS:
            first = moment // level * level
            if start <= first and first + level <= end and not any(first <= at < first + level for at in changed):
                return level
        return ROWS

    assert sorted(found) == [(moment, longest(moment)) for moment in range(start, end)]
